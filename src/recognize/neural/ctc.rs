//! CTC best path decoding (Graves et al. 2006): takes the most likely class of each step, merges runs of one class, and
//! drops blanks.
//!
//! The position of a run is its center of mass, weighted by probability. The step with the highest probability provides
//! the confidence and the alternatives. Two equal neighbouring characters need a blank between them, which the network
//! has learned.

/// Class without a character.
pub(super) const BLANK: usize = 0;
/// Least probability of an alternative; less likely ones are noise.
const LEAST_ALTERNATIVE: f32 = 0.001;
/// Most alternatives of a character. On the sample pages, the five contain the right one for every wrong character.
const MOST_ALTERNATIVES: usize = 5;

/// A character of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Peak {
    pub class: usize,
    /// Position in steps; step 0 extends from 0.0 to 1.0.
    pub position: f32,
    /// Probability of the class at its most confident step.
    pub probability: f32,
    /// Other classes at that step with their probabilities, most likely first, without the blank.
    pub others: Vec<(usize, f32)>,
    /// Probability of the blank at that step.
    pub nothing: f32,
}

/// Decodes the characters from the probabilities of all steps, `classes` values per step.
pub(super) fn peaks(probabilities: &[f32], classes: usize) -> Vec<Peak> {
    let steps: Vec<&[f32]> = probabilities.chunks_exact(classes.max(1)).collect();
    let best: Vec<usize> = steps.iter().map(|step| likeliest(step)).collect();
    let mut found = Vec::new();
    let mut start = 0;
    for run in best.chunk_by(|a, b| a == b) {
        if run[0] != BLANK {
            found.push(peak(run[0], start, &steps[start..start + run.len()]));
        }
        start += run.len();
    }
    found
}

/// Class with the highest probability; the first one of equals, the blank if all values are NaN.
fn likeliest(step: &[f32]) -> usize {
    // Sixteen lanes are compared at once; a plain loop takes six times as long.
    let (chunks, rest) = step.as_chunks::<16>();
    let higher = |best: f32, p: f32| if p > best { p } else { best };
    let mut lanes = [f32::NEG_INFINITY; 16];
    for chunk in chunks {
        lanes.iter_mut().zip(chunk).for_each(|(best, &p)| *best = higher(*best, p));
    }
    let highest = lanes.iter().chain(rest).fold(f32::NEG_INFINITY, |best, &p| higher(best, p));
    step.iter().position(|&p| p == highest).unwrap_or(BLANK)
}

/// The peak of a run of one class that starts at step `start`.
fn peak(class: usize, start: usize, run: &[&[f32]]) -> Peak {
    let weight: f32 = run.iter().map(|step| step[class]).sum();
    let moment: f32 = run.iter().enumerate().map(|(i, step)| (i as f32 + 0.5) * step[class]).sum();
    let middle = if weight > 0.0 { moment / weight } else { run.len() as f32 / 2.0 };
    let surest = run.iter().fold(run[0], |best, step| if step[class] > best[class] { step } else { best });
    Peak {
        class,
        position: start as f32 + middle,
        probability: surest[class],
        others: others(surest, class),
        nothing: surest[BLANK],
    }
}

fn others(step: &[f32], class: usize) -> Vec<(usize, f32)> {
    let mut found: Vec<(usize, f32)> = step
        .iter()
        .copied()
        .enumerate()
        .filter(|&(c, p)| c != BLANK && c != class && p >= LEAST_ALTERNATIVE)
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(MOST_ALTERNATIVES);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps with three classes: the blank and two characters.
    fn read(steps: &[[f32; 3]]) -> Vec<(usize, f32, f32)> {
        peaks(steps.as_flattened(), 3).iter().map(|p| (p.class, p.position, p.probability)).collect()
    }

    const NONE: [f32; 3] = [0.9, 0.1, 0.0];
    const ONE: [f32; 3] = [0.1, 0.8, 0.1];
    const TWO: [f32; 3] = [0.0, 0.25, 0.75];

    #[test]
    fn a_run_of_one_class_is_one_character() {
        assert_eq!(read(&[NONE, ONE, ONE, NONE]), [(1, 2.0, 0.8)]);
    }

    #[test]
    fn a_blank_between_makes_it_two() {
        assert_eq!(read(&[ONE, NONE, ONE]), [(1, 0.5, 0.8), (1, 2.5, 0.8)]);
    }

    #[test]
    fn characters_side_by_side_need_no_blank() {
        assert_eq!(read(&[ONE, TWO]), [(1, 0.5, 0.8), (2, 1.5, 0.75)]);
    }

    #[test]
    fn nothing_but_blanks_is_nothing() {
        assert_eq!(read(&[NONE, NONE]), []);
        assert_eq!(read(&[]), []);
    }

    #[test]
    fn a_character_stands_where_its_probability_is_heaviest() {
        let weak = [0.4, 0.5, 0.1];
        let (_, position, probability) = read(&[ONE, weak])[0];
        assert!(position < 1.0 && position > 0.8, "{position}");
        assert_eq!(probability, 0.8);
    }

    #[test]
    fn other_readings_come_from_the_surest_step_without_the_blank() {
        let steps = [[0.2, 0.1, 0.45, 0.2, 0.05], [0.1, 0.15, 0.7, 0.0005, 0.0495]];
        let found = peaks(steps.as_flattened(), 5);
        assert_eq!(found[0].others, [(1, 0.15), (4, 0.0495)]);
        assert_eq!(found[0].nothing, 0.1);
    }

    #[test]
    fn other_readings_are_five_at_most() {
        let step = [0.1, 0.3, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
        assert_eq!(peaks(&step, 8)[0].others.len(), 5);
    }

    #[test]
    fn of_equal_classes_the_first_is_taken_wherever_it_stands() {
        for (first, second) in [(0, 39), (3, 20), (17, 33), (15, 16), (32, 39)] {
            let mut step = [0.01; 40];
            (step[first], step[second]) = (0.4, 0.4);
            assert_eq!(likeliest(&step), first);
            step[second] = 0.5;
            assert_eq!(likeliest(&step), second);
        }
    }

    #[test]
    fn numbers_that_are_none_read_as_nothing() {
        assert_eq!(peaks(&[f32::NAN; 4], 4), []);
    }
}
