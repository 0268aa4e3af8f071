//! A QR code for a terminal.

use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Draws a text with two modules in each character, dark on light whatever the terminal's colours are; `None` when it is
/// too long for a QR code.
pub(crate) fn qr(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    // A terminal paints its foreground light on dark, so the drawing is turned around; phones insist on a light border.
    Some(
        code.render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build(),
    )
}

#[cfg(test)]
mod tests {
    use super::qr;

    #[test]
    fn a_link_is_drawn_with_a_light_border_and_a_long_text_is_not_drawn() {
        let drawn = qr("https://id.example.org/enroll#r2qWR_MLBiXS3nx6efwD").unwrap();
        let lines: Vec<Vec<char>> = drawn.lines().map(|line| line.chars().collect()).collect();
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{drawn}");
        assert!(lines[0].iter().all(|module| *module == '█'), "{drawn}");
        assert!(qr(&"x".repeat(4000)).is_none());
    }
}
