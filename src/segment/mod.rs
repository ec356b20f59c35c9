//! Semantic segmentation of a page with the built-in network: print, handwriting, stamps, rules, redactions, other
//! dark areas, and the cores of lines by direction.
//!
//! The network (`models/denshin-marks.onnx`, made by `scripts/train/pages/`) takes the page with a long side of
//! [`LONG`] pixels in colour, 0 to 1. For every second pixel it returns the probability of each [`Label`]; several
//! may hold. This module does not interpret the labels.

mod labels;

pub use labels::{Label, Labels};

use crate::provenance::{Model, sha256};
use crate::raster::Pixels;
use image::{DynamicImage, RgbImage, imageops};
use rten::{ModelOptions, RunOptions, ThreadPool, Value, ValueOrView};
use std::borrow::Cow;
use std::sync::Arc;

/// Name and bytes of the built-in network.
const BUILT_IN: (&str, &[u8]) = ("denshin-marks", include_bytes!("../../models/denshin-marks.onnx"));

/// Long side of the network input, px: 115 dpi on A4, where characters of 7 pt are 11 px high.
pub const LONG: u32 = 1344;

/// The sides of the network input are multiples of this, px, since the network halves them six times.
const STEP: u32 = 64;

/// The segmentation network. It runs on one thread of its own, and the caller waits for it.
pub struct Segmenter {
    network: rten::Model,
    model: Model,
    options: RunOptions,
}

/// The network cannot be loaded, or failed on a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the network for marks failed: {0}; set [marks] method = \"rules\"")]
pub struct SegmentError(String);

impl Segmenter {
    /// Loads the built-in network.
    ///
    /// # Errors
    /// If the model file is damaged.
    pub fn built_in() -> Result<Self, SegmentError> {
        let (name, bytes) = BUILT_IN;
        let model = Model { name: name.to_owned(), sha256: sha256(bytes) };
        let network =
            ModelOptions::with_all_ops().load(bytes.to_vec()).map_err(|e| SegmentError(e.to_string()))?;
        let one = Arc::new(ThreadPool::with_num_threads(1));
        Ok(Self { network, model, options: RunOptions::default().with_thread_pool(Some(one)) })
    }

    /// Name and checksum of the network.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Computes the labels of a page.
    ///
    /// # Errors
    /// If the network fails, or its output has an unexpected shape.
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

/// Scales the page to the input size of the network, in colour.
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

/// The input tensor: three planes, 0 (black) to 1 (white). Beyond the page its last pixels are repeated.
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
