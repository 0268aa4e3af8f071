//! How a code is drawn.

use qrcode::render::svg;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// For a terminal. It paints its foreground light on dark, so the drawing is turned around.
pub(crate) fn terminal(text: &str) -> Option<String> {
    let code = code(text)?;
    let mut renderer = code.render::<Dense1x2>();
    renderer.dark_color(Dense1x2::Light).light_color(Dense1x2::Dark);
    Some(renderer.build())
}

/// As an image for a page.
pub(crate) fn svg(text: &str) -> Option<String> {
    let code = code(text)?;
    let mut renderer = code.render::<svg::Color<'_>>();
    renderer.min_dimensions(240, 240);
    Some(renderer.build())
}

/// The least error correction: a screen is neither torn nor dirty, and larger modules scan from further away.
fn code(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::L).ok()
}
