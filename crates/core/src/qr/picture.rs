//! What a code says, and how it is drawn.

use super::QrSessionId;
use crate::failure::Fault;
use countersign_protocol::qr::QrContent;
use qrcode::render::svg;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// The text of a session's code: `{cbUrl, sessionId}`, and `t` and `m` of an animated one.
///
/// # Errors
/// It cannot be written as JSON.
pub fn content(cb_url: &str, session: &QrSessionId, code: Option<(u64, String)>) -> Result<String, Fault> {
    let (t, m) = code.unzip();
    let content = QrContent {
        cb_url: cb_url.to_owned(),
        session_id: session.to_string(),
        t,
        m,
    };
    serde_json::to_string(&content)
        .map_err(|error| Fault::new("the content of a QR code cannot be written").with_source(error))
}

/// Draws a text for a terminal with two modules in each character, dark on light whatever the terminal's colours are;
/// `None` when it is too long for a QR code.
#[must_use]
pub fn terminal(text: &str) -> Option<String> {
    // A terminal paints its foreground light on dark, so the drawing is turned around; phones insist on a light border.
    Some(
        code(text)?
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build(),
    )
}

/// Draws a text as an SVG image, dark on light with its border; `None` when it is too long for a QR code.
#[must_use]
pub fn svg(text: &str) -> Option<String> {
    Some(
        code(text)?
            .render::<svg::Color<'_>>()
            .dark_color(svg::Color("#000"))
            .light_color(svg::Color("#fff"))
            .min_dimensions(240, 240)
            .build(),
    )
}

/// The least error correction: a screen is neither torn nor dirty, and larger modules scan from further away.
fn code(text: &str) -> Option<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::L).ok()
}
