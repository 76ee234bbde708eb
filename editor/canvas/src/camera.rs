//! The camera: which part of the graph is seen, and how large.
//!
//! Graph coordinates are those of the file's layout; screen coordinates are egui's points. Everything here is plain
//! arithmetic: it knows no widget, no document and no clock, the caller says how much time has passed.

use egui::{Pos2, Rect, Vec2};

/// The smallest zoom: ten thousand processes fit into a window.
const ZOOM_MIN: f32 = 0.02;
/// The largest zoom.
const ZOOM_MAX: f32 = 4.0;
/// How long a flight takes, in seconds.
const FLIGHT_SECS: f32 = 0.15;
/// Room left around what is fitted, in screen points.
const FIT_MARGIN: f32 = 48.0;

/// Which point of the graph is in the middle of the canvas, and how many screen points a graph unit takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point of the graph in the middle of the canvas.
    pub center: Pos2,
    /// Screen points for each unit of the graph.
    pub zoom: f32,
}

impl Default for View {
    fn default() -> Self {
        Self {
            center: Pos2::ZERO,
            zoom: 1.0,
        }
    }
}

/// A view on its canvas, at rest or on its way to another view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Camera {
    view: View,
    /// Where the canvas is on the screen.
    screen: Rect,
    flight: Option<Flight>,
}

/// The way from one view to another.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Flight {
    from: View,
    to: View,
    elapsed_secs: f32,
}

/// Whether the camera flies to where it is sent, or is there at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Motion {
    /// It takes a moment, so that the eye can follow.
    #[default]
    Animated,
    /// It takes no time: the user prefers reduced motion.
    Reduced,
}

impl Default for Camera {
    fn default() -> Self {
        Self {
            view: View::default(),
            screen: Rect::from_min_size(Pos2::ZERO, Vec2::new(1.0, 1.0)),
            flight: None,
        }
    }
}

impl Camera {
    /// The view, as it is now.
    pub const fn view(&self) -> View {
        self.view
    }

    /// Screen points for each unit of the graph.
    pub const fn zoom(&self) -> f32 {
        self.view.zoom
    }

    /// Where the canvas is on the screen.
    pub const fn screen(&self) -> Rect {
        self.screen
    }

    /// Tells the camera where the canvas is now; the middle of the view stays in the middle.
    pub fn set_screen(&mut self, screen: Rect) {
        self.screen = screen;
    }

    /// Whether it is on its way, and so wants to be drawn again.
    pub const fn is_flying(&self) -> bool {
        self.flight.is_some()
    }

    /// The place on the screen of a point of the graph.
    pub fn screen_from_graph(&self, pos_in_graph: Pos2) -> Pos2 {
        self.screen.center() + (pos_in_graph - self.view.center) * self.view.zoom
    }

    /// The point of the graph at a place on the screen.
    pub fn graph_from_screen(&self, pos_in_screen: Pos2) -> Pos2 {
        self.view.center + (pos_in_screen - self.screen.center()) / self.view.zoom
    }

    /// The rectangle on the screen of one of the graph.
    pub fn rect_in_screen(&self, rect_in_graph: Rect) -> Rect {
        Rect::from_min_max(
            self.screen_from_graph(rect_in_graph.min),
            self.screen_from_graph(rect_in_graph.max),
        )
    }

    /// What part of the graph is seen.
    pub fn seen(&self) -> Rect {
        Rect::from_min_max(
            self.graph_from_screen(self.screen.min),
            self.graph_from_screen(self.screen.max),
        )
    }

    /// Moves the paper by so many screen points.
    pub fn pan(&mut self, delta_in_screen: Vec2) {
        self.flight = None;
        self.view.center -= delta_in_screen / self.view.zoom;
    }

    /// Zooms by a factor; what is at `pos_in_screen` stays there.
    pub fn zoom_at(&mut self, pos_in_screen: Pos2, factor: f32) {
        self.flight = None;
        let pos_in_graph = self.graph_from_screen(pos_in_screen);
        self.view.zoom = (self.view.zoom * factor).clamp(ZOOM_MIN, ZOOM_MAX);
        self.view.center = pos_in_graph - (pos_in_screen - self.screen.center()) / self.view.zoom;
    }

    /// Goes to a view.
    pub fn go_to(&mut self, view: View, motion: Motion) {
        let view = View {
            zoom: view.zoom.clamp(ZOOM_MIN, ZOOM_MAX),
            ..view
        };
        match motion {
            Motion::Reduced => {
                self.view = view;
                self.flight = None;
            }
            Motion::Animated => {
                self.flight = (self.view != view).then_some(Flight {
                    from: self.view,
                    to: view,
                    elapsed_secs: 0.0,
                });
            }
        }
    }

    /// Goes to the view that shows the whole of a rectangle, but no larger than life.
    pub fn fit(&mut self, rect_in_graph: Rect, motion: Motion) {
        self.go_to(self.fitting(rect_in_graph), motion);
    }

    /// The view that shows the whole of a rectangle, but no larger than life.
    pub fn fitting(&self, rect_in_graph: Rect) -> View {
        let room = (self.screen.size() - Vec2::splat(2.0 * FIT_MARGIN)).max(Vec2::splat(1.0));
        let ratio = room / rect_in_graph.size().max(Vec2::splat(1.0));
        View {
            center: rect_in_graph.center(),
            zoom: ratio.min_elem().clamp(ZOOM_MIN, 1.0),
        }
    }

    /// Moves the view by the least that brings a rectangle into sight; does nothing when it is seen.
    pub fn reveal(&mut self, rect_in_graph: Rect, motion: Motion) {
        let seen = self.seen().shrink(FIT_MARGIN / self.view.zoom);
        if seen.contains_rect(rect_in_graph) {
            return;
        }
        let missing = Vec2::new(
            overhang(seen.x_range(), rect_in_graph.x_range()),
            overhang(seen.y_range(), rect_in_graph.y_range()),
        );
        let view = View {
            center: self.view.center + missing,
            ..self.view
        };
        self.go_to(view, motion);
    }

    /// Lets time pass on the way to another view.
    pub fn advance(&mut self, elapsed_secs: f32) {
        let Some(flight) = &mut self.flight else {
            return;
        };
        flight.elapsed_secs += elapsed_secs;
        let share = (flight.elapsed_secs / FLIGHT_SECS).clamp(0.0, 1.0);
        self.view = between(flight.from, flight.to, eased(share));
        if share >= 1.0 {
            self.view = flight.to;
            self.flight = None;
        }
    }
}

/// How far a window must move so that it holds `wanted`, or its beginning when that is wider than the window.
fn overhang(window: egui::Rangef, wanted: egui::Rangef) -> f32 {
    if wanted.min < window.min || wanted.span() > window.span() {
        wanted.min - window.min
    } else {
        (wanted.max - window.max).max(0.0)
    }
}

/// Slow at both ends.
fn eased(share: f32) -> f32 {
    share * share * (3.0 - 2.0 * share)
}

/// Zoom goes in equal steps of factors, so that the way looks even.
fn between(from: View, to: View, share: f32) -> View {
    View {
        center: from.center.lerp(to.center, share),
        zoom: from.zoom * (to.zoom / from.zoom).powf(share),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn camera() -> Camera {
        let mut camera = Camera::default();
        camera.set_screen(Rect::from_min_size(
            Pos2::new(100.0, 50.0),
            Vec2::new(800.0, 600.0),
        ));
        camera
    }

    #[test]
    fn screen_and_graph_are_inverse() {
        let mut camera = camera();
        camera.pan(Vec2::new(37.0, -12.0));
        camera.zoom_at(Pos2::new(300.0, 200.0), 1.7);
        let pos = Pos2::new(-40.0, 312.0);
        let back = camera.graph_from_screen(camera.screen_from_graph(pos));
        assert!((back - pos).length() < 1e-3, "{back:?}");
    }

    #[test]
    fn what_is_under_the_pointer_stays_there() {
        let mut camera = camera();
        let pointer = Pos2::new(620.0, 410.0);
        let before = camera.graph_from_screen(pointer);
        for factor in [1.3, 0.2, 7.0, 100.0, 0.0001] {
            camera.zoom_at(pointer, factor);
            let after = camera.graph_from_screen(pointer);
            assert!((after - before).length() < 0.1, "{factor}: {after:?}");
            assert!((ZOOM_MIN..=ZOOM_MAX).contains(&camera.zoom()));
        }
    }

    #[test]
    fn pan_moves_the_paper_with_the_hand() {
        let mut camera = camera();
        camera.zoom_at(camera.screen().center(), 2.0);
        let before = camera.screen_from_graph(Pos2::ZERO);
        camera.pan(Vec2::new(30.0, 10.0));
        assert_eq!(
            camera.screen_from_graph(Pos2::ZERO) - before,
            Vec2::new(30.0, 10.0)
        );
    }

    #[test]
    fn fit_shows_all_and_magnifies_nothing() {
        let mut camera = camera();
        let wide = Rect::from_min_size(Pos2::new(500.0, 0.0), Vec2::new(4000.0, 100.0));
        camera.fit(wide, Motion::Reduced);
        assert!(camera.seen().contains_rect(wide));
        let small = Rect::from_min_size(Pos2::new(10.0, 10.0), Vec2::new(20.0, 20.0));
        camera.fit(small, Motion::Reduced);
        assert!((camera.zoom() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn flight_arrives_exactly_and_then_rests() {
        let mut camera = camera();
        let target = View {
            center: Pos2::new(900.0, -300.0),
            zoom: 0.25,
        };
        camera.go_to(target, Motion::Animated);
        assert!(camera.is_flying());
        camera.advance(FLIGHT_SECS / 2.0);
        assert!(camera.is_flying() && camera.zoom() < 1.0 && camera.zoom() > 0.25);
        camera.advance(FLIGHT_SECS);
        assert!(!camera.is_flying());
        assert_eq!(camera.view(), target);
    }

    #[test]
    fn reveal_moves_only_as_far_as_needed() {
        let mut camera = camera();
        let before = camera.view();
        camera.reveal(
            Rect::from_center_size(Pos2::ZERO, Vec2::splat(50.0)),
            Motion::Reduced,
        );
        assert_eq!(camera.view(), before);
        let beyond = Rect::from_min_size(Pos2::new(500.0, 0.0), Vec2::splat(50.0));
        camera.reveal(beyond, Motion::Reduced);
        assert!(camera.seen().contains_rect(beyond));
        assert!((camera.view().center.y - before.center.y).abs() < 1e-6);
    }
}
