//! Small PDF files, written by hand (ISO 32000-2, 7.5).

/// An image of 8-bit gray samples with the given filter.
pub(crate) fn image(size: (u32, u32), filter: &str, data: &[u8]) -> Vec<u8> {
    object(&format!("/ColorSpace/DeviceGray/BitsPerComponent 8/Filter{filter}"), size, data)
}

/// A content stream that paints the image over the whole page.
pub(crate) fn whole_page((width, height): (u32, u32)) -> String {
    format!("{} 0 0 {} 0 0 cm /I Do", width as f32 * 0.24, height as f32 * 0.24)
}

/// An image with the given dictionary entries and encoded data.
pub(crate) fn object(dictionary: &str, (width, height): (u32, u32), data: &[u8]) -> Vec<u8> {
    let head = format!(
        "<</Type/XObject/Subtype/Image/Width {width}/Height {height}{dictionary}/Length {}>>stream\n",
        data.len()
    );
    [head.as_bytes(), data, b"\nendstream"].concat()
}

/// A page of the given size at 300 dpi with an image `I` and a font `F`; `page` is added to its dictionary.
pub(crate) fn with_image(image: &[u8], size: (u32, u32), page: &str, content: &[u8]) -> Vec<u8> {
    with_images(&[image.to_vec()], size, page, content)
}

/// The same with images `I0`, `I1` and so on; the first is also `I`. They are objects 5, 6 and so on.
pub(crate) fn with_images(
    images: &[Vec<u8>],
    (width, height): (u32, u32),
    page: &str,
    content: &[u8],
) -> Vec<u8> {
    let media = format!("[0 0 {} {}]", width as f32 * 0.24, height as f32 * 0.24);
    let names: String = (0..images.len()).map(|i| format!("/I{i} {} 0 R", i + 5)).collect();
    let page = format!(
        "<</Type/Page/Parent 2 0 R/MediaBox{media}/Contents 4 0 R{page}\
         /Resources<</XObject<</I 5 0 R{names}>>/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>"
    );
    let stream = format!("<</Length {}>>stream\n", content.len());
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>".to_vec(),
        page.into_bytes(),
        [stream.as_bytes(), content, b"\nendstream"].concat(),
    ];
    objects.extend_from_slice(images);
    let mut bytes = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(bytes.len());
        bytes.extend(format!("{} 0 obj", i + 1).as_bytes());
        bytes.extend(object);
        bytes.extend(b"endobj\n");
    }
    let (table, count) = (bytes.len(), objects.len() + 1);
    bytes.extend(format!("xref\n0 {count}\n0000000000 65535 f \n").as_bytes());
    offsets.iter().for_each(|at| bytes.extend(format!("{at:010} 00000 n \n").as_bytes()));
    bytes.extend(format!("trailer<</Size {count}/Root 1 0 R>>startxref\n{table}\n%%EOF\n").as_bytes());
    bytes
}
