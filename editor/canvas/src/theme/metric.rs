//! Distances and sizes of the canvas, in units of the graph (points at zoom 1) unless a name says otherwise.

/// The grid that processes snap to.
pub(crate) const GRID: f32 = 10.0;
/// Every so many grid lines there is a dot.
pub(crate) const GRID_DOT_EVERY: f32 = 4.0;

/// The narrowest card.
pub(crate) const CARD_WIDTH_MIN: f32 = 150.0;
/// The widest card; longer text is cut.
pub(crate) const CARD_WIDTH_MAX: f32 = 250.0;
/// Card widths are multiples of this.
pub(crate) const CARD_WIDTH_STEP: f32 = 10.0;
/// Between the edge of a card and its text.
pub(crate) const CARD_PAD: f32 = 16.0;
/// Corners of cards.
pub(crate) const CARD_RADIUS: f32 = 8.0;
/// Title and component above the ports.
pub(crate) const CARD_HEAD: f32 = 50.0;
/// Between the head and the first port, and below the last.
pub(crate) const CARD_GAP: f32 = 6.0;
/// Height of a row of ports.
pub(crate) const ROW: f32 = 22.0;
/// Least distance between the names of an in-port and an out-port in one row.
pub(crate) const ROW_GAP: f32 = 22.0;
/// Room for the marks at the right end of the title.
pub(crate) const MARKS_WIDTH: f32 = 44.0;

/// From a port that the graph offers to its name outside.
pub(crate) const EXPORT_LEAD: f32 = 40.0;

/// Radius of a port.
pub(crate) const PORT_RADIUS: f32 = 5.5;
/// Radius in which a port is hit, on the screen.
pub(crate) const PORT_HIT_ON_SCREEN: f32 = 11.0;
/// Distance at which a wire is hit, on the screen.
pub(crate) const WIRE_HIT_ON_SCREEN: f32 = 6.0;
/// Radius of the handle of a bend point.
pub(crate) const BEND_RADIUS: f32 = 5.0;

/// Between the name of a port and the tag of its initial packet.
pub(crate) const TAG_GAP: f32 = 8.0;
/// The widest tag that makes its card wider.
pub(crate) const TAG_WIDTH_MAX: f32 = 130.0;
/// Height of the tag.
pub(crate) const TAG_HEIGHT: f32 = 18.0;
/// Between its edge and its text.
pub(crate) const TAG_PAD: f32 = 7.0;
/// Characters of a value that are shown.
pub(crate) const TAG_CHARS: usize = 26;

/// Thickness of an idle wire.
pub(crate) const WIRE_THIN: f32 = 1.6;
/// Thickness of a wire in a graph at rest.
pub(crate) const WIRE: f32 = 2.2;
/// Thickness of the busiest wire.
pub(crate) const WIRE_THICK: f32 = 5.0;
/// Thickness of the gauge beside a wire.
pub(crate) const GAUGE: f32 = 4.0;
/// Between the middles of the two strokes of a double line.
pub(crate) const DOUBLE: f32 = 5.0;

/// Between the border of a group and its cards.
pub(crate) const GROUP_PAD: f32 = 18.0;
/// Height of the line with its name.
pub(crate) const GROUP_HEAD: f32 = 26.0;
/// Corners of groups.
pub(crate) const GROUP_RADIUS: f32 = 12.0;
/// Between its edge and its text.
pub(crate) const NOTE_PAD: f32 = 12.0;

/// How close a dragged edge must come to a guide, on the screen.
pub(crate) const SNAP_ON_SCREEN: f32 = 6.0;
/// Least distance of a wire that goes round a card.
pub(crate) const CLEARANCE: f32 = 14.0;
/// Width of the band of a worker.
pub(crate) const BAND: f32 = 5.0;

/// The largest side of the minimap, on the screen.
pub(crate) const MINIMAP_ON_SCREEN: f32 = 176.0;
/// Between the minimap and the edge of the canvas, on the screen.
pub(crate) const MINIMAP_MARGIN_ON_SCREEN: f32 = 14.0;
