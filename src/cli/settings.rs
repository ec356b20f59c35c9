//! Settings from a file: `denshin.toml` in the working folder, or the one named.

use anyhow::Context;
use denshin::encoding;
use denshin::pipeline::Settings;
use std::path::Path;

/// The settings of a file; of `denshin.toml` where none is named and it is there; the defaults otherwise.
pub(super) fn load(named: Option<&Path>) -> anyhow::Result<Settings> {
    let usual = Path::new("denshin.toml");
    let Some(path) = named.or_else(|| usual.is_file().then_some(usual)) else {
        return Ok(Settings::default());
    };
    let text = encoding::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{}: not valid settings", path.display()))
}
