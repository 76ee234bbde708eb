//! Distances and sizes of the canvas, in units of the graph (points at zoom 1) unless a name says otherwise.

/// The grid that processes snap to.
pub const GRID: f32 = 10.0;
/// Every so many grid lines there is a dot.
pub const GRID_DOT_EVERY: f32 = 4.0;

/// The narrowest card.
pub const CARD_WIDTH_MIN: f32 = 150.0;
/// The widest card; longer text is cut.
pub const CARD_WIDTH_MAX: f32 = 300.0;
/// Card widths are multiples of this.
pub const CARD_WIDTH_STEP: f32 = 10.0;
/// Between the edge of a card and its text.
pub const CARD_PAD: f32 = 16.0;
/// Corners of cards.
pub const CARD_RADIUS: f32 = 8.0;
/// Title and component above the ports.
pub const CARD_HEAD: f32 = 50.0;
/// Between the head and the first port, and below the last.
pub const CARD_GAP: f32 = 6.0;
/// Height of a row of ports.
pub const ROW: f32 = 22.0;
/// Least distance between the names of an in-port and an out-port in one row.
pub const ROW_GAP: f32 = 22.0;
/// Room for the marks at the right end of the title.
pub const MARKS_WIDTH: f32 = 44.0;

/// Radius of a port.
pub const PORT_RADIUS: f32 = 5.5;
/// Radius in which a port is hit, on the screen.
pub const PORT_HIT_ON_SCREEN: f32 = 11.0;
/// Distance at which a wire is hit, on the screen.
pub const WIRE_HIT_ON_SCREEN: f32 = 6.0;
/// Radius of the handle of a bend point.
pub const BEND_RADIUS: f32 = 5.0;

/// Between an initial packet's tag and its port.
pub const TAG_GAP: f32 = 12.0;
/// Height of the tag.
pub const TAG_HEIGHT: f32 = 18.0;
/// Between its edge and its text.
pub const TAG_PAD: f32 = 7.0;
/// Characters of a value that are shown.
pub const TAG_CHARS: usize = 26;

/// Thickness of an idle wire.
pub const WIRE_THIN: f32 = 1.6;
/// Thickness of a wire in a graph at rest.
pub const WIRE: f32 = 2.2;
/// Thickness of the busiest wire.
pub const WIRE_THICK: f32 = 5.0;
/// Thickness of the gauge beside a wire.
pub const GAUGE: f32 = 4.0;
/// Between the middles of the two strokes of a double line.
pub const DOUBLE: f32 = 5.0;

/// Between the border of a group and its cards.
pub const GROUP_PAD: f32 = 18.0;
/// Height of the line with its name.
pub const GROUP_HEAD: f32 = 26.0;
/// Corners of groups.
pub const GROUP_RADIUS: f32 = 12.0;
/// The width of a free note that says nothing of its own.
pub const NOTE_WIDTH: f32 = 200.0;
/// Between its edge and its text.
pub const NOTE_PAD: f32 = 12.0;

/// How close a dragged edge must come to a guide, on the screen.
pub const SNAP_ON_SCREEN: f32 = 6.0;
/// Least distance of a wire that goes round a card.
pub const CLEARANCE: f32 = 14.0;
/// Width of the band of a worker.
pub const BAND: f32 = 5.0;

/// The largest side of the minimap, on the screen.
pub const MINIMAP_ON_SCREEN: f32 = 176.0;
/// Between the minimap and the edge of the canvas, on the screen.
pub const MINIMAP_MARGIN_ON_SCREEN: f32 = 14.0;
