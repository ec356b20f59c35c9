//! Settings from `denshin.toml` in the working folder, or from the file that an option names.

use super::complain;
use anyhow::Context;
use denshin::encoding;
use denshin::pipeline::Settings;
use std::path::Path;
use toml::{Table, Value};

/// Renamed keys: table, old name, new name. For a renamed table, the first entry is "".
const RENAMED_KEYS: [(&str, &str, &str); 2] =
    [("", "paper", "background"), ("background", "even", "normalize_contrast")];

/// Loads the settings of a file, of `denshin.toml` if none is named and it exists, or the defaults. Old keys are
/// accepted with a warning.
pub(super) fn load(named: Option<&Path>) -> anyhow::Result<Settings> {
    let usual = Path::new("denshin.toml");
    let Some(path) = named.or_else(|| usual.is_file().then_some(usual)) else {
        return Ok(Settings::default());
    };
    let text = encoding::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    let (settings, warnings) =
        parse(&text).with_context(|| format!("{}: invalid settings", path.display()))?;
    for warning in warnings {
        complain(&format!("{}: {warning}", path.display()));
    }
    Ok(settings)
}

/// The settings, and one warning for each old key.
fn parse(text: &str) -> Result<(Settings, Vec<String>), toml::de::Error> {
    let mut table: Table = text.parse()?;
    let warnings = rename_keys(&mut table);
    // Errors of the text show the line; errors of a table cannot.
    let settings = if warnings.is_empty() { toml::from_str(text)? } else { table.try_into()? };
    Ok((settings, warnings))
}

fn rename_keys(settings: &mut Table) -> Vec<String> {
    let mut warnings = Vec::new();
    for (table, old, new) in RENAMED_KEYS {
        let within = if table.is_empty() {
            Some(&mut *settings)
        } else {
            settings.get_mut(table).and_then(Value::as_table_mut)
        };
        let Some(within) = within else { continue };
        // If both keys exist, the old one is an error like any unknown key.
        if !within.contains_key(new)
            && let Some(value) = within.remove(old)
        {
            within.insert(new.to_owned(), value);
            warnings.push(format!("{old} is now called {new}"));
        }
    }
    let method = settings.get_mut("binarize").and_then(Value::as_table_mut).and_then(|b| b.get_mut("method"));
    if let Some(method) = method.filter(|m| m.as_str() == Some("paper")) {
        *method = Value::String("background".to_owned());
        warnings.push("the method paper of binarize is now called background".to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use denshin::binarize::BinarizeOptions;

    #[test]
    fn old_names_of_keys_are_accepted_with_a_warning() {
        let (settings, warnings) =
            parse("[paper]\neven = false\n[binarize]\nmethod = \"paper\"\ncontrast = 0.4\n").unwrap();
        assert!(!settings.background.normalize_contrast);
        assert_eq!(settings.binarize, BinarizeOptions::Background { contrast: 0.4, faint: 0.22 });
        assert_eq!(warnings.len(), 3);
    }

    #[test]
    fn new_names_give_no_warning_and_unknown_ones_are_errors_with_their_line() {
        assert!(parse("[background]\nnormalize_contrast = false\n").unwrap().1.is_empty());
        assert!(parse("[paper]\n[background]\n").is_err());
        assert!(parse("[deskew]\nmost = 3\n").unwrap_err().to_string().contains("line 2"));
    }
}
