//! The `--shard` option, also from the variables of a scheduler.

use denshin::batch::Shard;

/// Parses `2/8`, `auto`, `auto/8`.
pub(super) fn parse(text: &str) -> Result<Shard, String> {
    let of = match text.split_once('/') {
        None if text == "auto" => None,
        Some(("auto", of)) => Some(of.parse().map_err(|_| "expected auto/N, as in auto/8")?),
        _ => return text.parse(),
    };
    of_scheduler(of, |name| std::env::var(name).ok()?.parse().ok())
}

/// Slurm chooses the first index of an array and reports it; Kubernetes counts from zero and does not report the
/// number.
fn of_scheduler(of: Option<u32>, variable: impl Fn(&str) -> Option<u32>) -> Result<Shard, String> {
    let (index, of) = if let Some(task) = variable("SLURM_ARRAY_TASK_ID") {
        let first = variable("SLURM_ARRAY_TASK_MIN").unwrap_or(0);
        (task.checked_sub(first), of.or_else(|| variable("SLURM_ARRAY_TASK_COUNT")))
    } else if let Some(index) = variable("JOB_COMPLETION_INDEX") {
        (Some(index), of)
    } else {
        return Err(
            "neither SLURM_ARRAY_TASK_ID nor JOB_COMPLETION_INDEX is set (give the shard as I/N)".to_owned()
        );
    };
    let of = of.ok_or("the scheduler does not report the number of shards (use auto/N)")?;
    let shard = index.and_then(|index| index.checked_add(1)).and_then(|index| Shard::new(index, of));
    shard
        .ok_or_else(|| format!("the scheduler's index is not within {of} shards (use an array without gaps)"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, u32)], of: Option<u32>) -> Result<String, String> {
        let value = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        of_scheduler(of, value).map(|shard| shard.to_string())
    }

    #[test]
    fn schedulers_count_as_they_like() {
        let slurm =
            [("SLURM_ARRAY_TASK_ID", 12), ("SLURM_ARRAY_TASK_MIN", 10), ("SLURM_ARRAY_TASK_COUNT", 4)];
        assert_eq!(with(&slurm, None).unwrap(), "3/4");
        assert_eq!(with(&[("JOB_COMPLETION_INDEX", 0)], Some(8)).unwrap(), "1/8");
        assert!(with(&[("JOB_COMPLETION_INDEX", 0)], None).unwrap_err().contains("auto/N"));
        assert!(with(&[("JOB_COMPLETION_INDEX", 8)], Some(8)).is_err());
        assert!(with(&[], Some(8)).unwrap_err().contains("neither"));
    }
}
