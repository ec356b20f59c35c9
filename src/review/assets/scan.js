// The scan: OpenSeadragon over the server's tiles, with the boxes (boxes.js) as an overlay.

import { tileUrl } from "/assets/api.js";
import { corners, frameOf } from "/assets/geometry.js";

/* global OpenSeadragon */

/**
 * OpenSeadragon adds an inline style for touch screens, which the content security policy refuses. It skips this if an
 * element with this attribute exists. A `style` element without a namespace has no effect in the browser.
 */
function forgoInlineStyle() {
  const none = document.createElementNS(null, "style");
  none.setAttribute("data-openseadragon-mobile-css", "");
  document.head.append(none);
}

/** Shows the scan of a page. */
export function showScan(element, page, tile, { overlay, onOpen, onFail, label }) {
  forgoInlineStyle();
  const maxLevel = Math.ceil(Math.log2(Math.max(page.width, page.height)));
  const viewer = OpenSeadragon({
    element,
    drawer: "canvas",
    showNavigationControl: false,
    tileSources: {
      width: page.width, height: page.height, tileSize: tile, tileOverlap: 0,
      maxLevel, minLevel: maxLevel - (page.levels - 1),
      getTileUrl: (level, x, y) => tileUrl(page.id, maxLevel - level, x, y),
    },
    degrees: page.rotation,
    gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
    gestureSettingsTouch: { clickToZoom: false },
    animationTime: 0.35, springStiffness: 9, zoomPerScroll: 1.25, maxZoomPixelRatio: 3, minZoomImageRatio: 0.5, visibilityRatio: 0.4,
    preserveImageSizeOnResize: true, imageLoaderLimit: 6,
  });
  viewer.canvas.setAttribute("aria-label", label);
  viewer.canvas.setAttribute("role", "img");
  // keys.js handles all keys, whichever element has the focus.
  viewer.addHandler("canvas-key", (event) => { event.preventDefaultAction = true; });
  viewer.addHandler("open", () => {
    const image = viewer.world.getItemAt(0);
    viewer.addOverlay({ element: overlay, location: image.getBoundsNoRotate() });
    onOpen?.();
  });
  viewer.addHandler("tile-load-failed", (event) => onFail?.(event.message));
  return new Scan(viewer, page);
}

class Scan {
  constructor(viewer, page) {
    this.viewer = viewer;
    this.page = page;
  }

  get image() { return this.viewer.world.getItemAt(0); }

  /** Position of a viewer event on the scan, px. */
  place(position) {
    const point = this.image.viewerElementToImageCoordinates(position);
    return [point.x, point.y];
  }

  /** Scan pixels per screen pixel. */
  get scale() {
    return this.image ? 1 / this.image.viewportToImageZoom(this.viewer.viewport.getZoom(true)) : 1;
  }

  get middle() {
    const point = this.image.viewportToImageCoordinates(this.viewer.viewport.getCenter(true));
    return [point.x, point.y];
  }

  zoom(factor) { this.viewer.viewport.zoomBy(factor).applyConstraints(); }
  fit() { if (this.image) this.viewer.viewport.goHome(); }

  /** Whether the whole page is shown, as at the start. */
  get isWhole() {
    const { viewport } = this.viewer;
    return Boolean(this.image) && Math.abs(viewport.getZoom() / viewport.getHomeZoom() - 1) < 0.02;
  }

  /** Scrolls a box into view. */
  reveal(box, line) {
    if (!this.image) return;
    const { viewport } = this.viewer;
    const points = line ? corners(frameOf(line, this.page)) : [[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]];
    const onScreen = points.map(([x, y]) => this.image.imageToViewerElementCoordinates(new OpenSeadragon.Point(x, y)));
    const size = viewport.getContainerSize();
    const margin = 24;
    const visible = onScreen.every((p) => p.x > margin && p.y > margin && p.x < size.x - margin && p.y < size.y - margin);
    if (visible) return;
    const [left, top] = [Math.min(...onScreen.map((p) => p.x)), Math.min(...onScreen.map((p) => p.y))];
    const [right, bottom] = [Math.max(...onScreen.map((p) => p.x)), Math.max(...onScreen.map((p) => p.y))];
    // Scroll as little as possible. Of a box larger than the screen, show the start.
    const step = (low, high, length) => {
      if (high - low > length - 2 * margin) return low - margin;
      return low < margin ? low - margin : high > length - margin ? high - length + margin : 0;
    };
    const by = new OpenSeadragon.Point(step(left, right, size.x), step(top, bottom, size.y));
    viewport.panBy(viewport.deltaPointsFromPixels(by)).applyConstraints();
  }

  /** Zooms so that a box fills the screen. */
  fill(box) {
    const [l, t, r, b] = box;
    const margin = Math.max(r - l, b - t) * 0.15 + 20;
    const rectangle = this.image.imageToViewportRectangle(l - margin, t - margin, r - l + 2 * margin, b - t + 2 * margin);
    this.viewer.viewport.fitBoundsWithConstraints(rectangle);
  }

  close() { this.viewer.destroy(); }
}
