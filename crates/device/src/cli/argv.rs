use std::ffi::OsString;

/// The options of the documented command that have one dash and two letters, with their long names.
pub(crate) const TWO_LETTERS: [(&str, &str); 3] =
    [("-dn", "--domain"), ("-kd", "--keydir"), ("-cd", "--configdir")];

/// Gives the two-letter options their long names, since to clap `-dn` is `-d` with the value `n`.
///
/// Read are `-dn VALUE`, `-dn=VALUE` and `-dnVALUE`. What stands behind `--` is nobody's option and stays as it is.
pub(crate) fn with_long_names(argv: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut options_end = false;
    argv.into_iter()
        .map(|argument| {
            options_end |= argument == "--";
            match argument.to_str() {
                Some(text) if !options_end => long_name(text).unwrap_or(argument),
                _ => argument,
            }
        })
        .collect()
}

fn long_name(argument: &str) -> Option<OsString> {
    let (rest, long) = TWO_LETTERS
        .iter()
        .find_map(|(short, long)| Some((argument.strip_prefix(short)?, *long)))?;
    Some(match rest.strip_prefix('=').unwrap_or(rest) {
        "" if rest.is_empty() => long.into(),
        value => format!("{long}={value}").into(),
    })
}
