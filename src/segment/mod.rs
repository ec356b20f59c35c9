//! A network of our own tells to which kinds of matter the pixels of a page belong: print, notes by hand, stamps, rules, redactions and
//! other dark matter, and the cores of lines by their direction.
//!
//! The network (`models/denshin-marks.onnx`, made by `scripts/train/pages/`) sees the page with a long side of [`LONG`] pixels in
//! colour, 0 to 1, and gives for each second pixel the probability of each [`Label`], several of which may hold. Nothing here
//! knows what is made of them.

mod labels;

pub use labels::{Label, Labels};

use crate::provenance::{Model, sha256};
use crate::raster::Pixels;
use image::{DynamicImage, RgbImage, imageops};
use rten::{ModelOptions, RunOptions, ThreadPool, Value, ValueOrView};
use std::borrow::Cow;
use std::sync::Arc;

/// Name and bytes of the network that is part of the program.
const BUILT_IN: (&str, &[u8]) = ("denshin-marks", include_bytes!("../../models/denshin-marks.onnx"));

/// Long side of a page as the network sees it, px: 115 dpi on A4, where print of 7 pt is 11 px high.
pub const LONG: u32 = 1344;

/// The sides of what the network sees are multiples of this, since it halves them six times.
const STEP: u32 = 64;

/// The network. It has one thread of its own, for which whoever asks it waits.
pub struct Segmenter {
    network: rten::Model,
    model: Model,
    options: RunOptions,
}

/// A network that cannot be used, or failed on a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the network for marks failed: {0}; set [marks] method = \"rules\"")]
pub struct SegmentError(String);

impl Segmenter {
    /// The network that is part of the program.
    ///
    /// # Errors
    /// Where its file is damaged.
    pub fn built_in() -> Result<Self, SegmentError> {
        let (name, bytes) = BUILT_IN;
        let model = Model { name: name.to_owned(), sha256: sha256(bytes) };
        let network =
            ModelOptions::with_all_ops().load(bytes.to_vec()).map_err(|e| SegmentError(e.to_string()))?;
        let one = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { network, model, options: RunOptions::default().with_thread_pool(Some(one)) })
    }

    /// Which network it is.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The labels of a page.
    ///
    /// # Errors
    /// Where the network is of another form.
    pub fn label(&self, page: &Pixels) -> Result<Labels, SegmentError> {
        let size = page.dimensions();
        let seen = seen(page);
        let (width, height) = (seen.width().next_multiple_of(STEP), seen.height().next_multiple_of(STEP));
        let failed = |e: &dyn std::fmt::Display| SegmentError(e.to_string());
        let shape = [1, 3, height as usize, width as usize];
        let input = Value::from_shape(&shape, tensor(&seen, width, height)).map_err(|e| failed(&e))?;
        let output = self
            .network
            .run_one(ValueOrView::from(input), Some(self.options.clone()))
            .map_err(|e| failed(&e))?;
        let (shape, values) = output.into_shape_vec::<f32, 4>().map_err(|e| failed(&e))?;
        if shape != [1, Label::ALL.len(), height as usize / 2, width as usize / 2] {
            return Err(failed(&format!("it gave {shape:?}")));
        }
        Ok(Labels::of(&values, (width / 2, height / 2), seen.dimensions(), size))
    }
}

/// The page as the network sees it.
fn seen(page: &Pixels) -> RgbImage {
    let (width, height) = page.dimensions();
    let scale = f64::from(LONG) / f64::from(width.max(height).max(1));
    let side = |px: u32| ((f64::from(px) * scale).round() as u32).max(1);
    let color: Cow<'_, RgbImage> = match page {
        Pixels::Color(color) => Cow::Borrowed(color),
        Pixels::Gray(gray) => Cow::Owned(DynamicImage::ImageLuma8(gray.clone()).into_rgb8()),
    };
    if scale < 1.0 {
        imageops::thumbnail(&*color, side(width), side(height))
    } else {
        imageops::resize(&*color, side(width), side(height), imageops::FilterType::Triangle)
    }
}

/// Three channels, 0 (black) to 1 (white), one after another; beyond the page its last pixels go on.
fn tensor(seen: &RgbImage, width: u32, height: u32) -> Vec<f32> {
    let mut values = Vec::with_capacity(3 * (width * height) as usize);
    for channel in 0..3 {
        for y in 0..height {
            let y = y.min(seen.height() - 1);
            values.extend(
                (0..width).map(|x| f32::from(seen.get_pixel(x.min(seen.width() - 1), y).0[channel]) / 255.0),
            );
        }
    }
    values
}
