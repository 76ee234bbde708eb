//! The three palettes.

use egui::Color32;

use crate::theme::{TINTS, Theme, ThemeKind};

/// A colour as designers write it: `0xRRGGBB`.
const fn hex(code: u32) -> Color32 {
    let [_, red, green, blue] = code.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

const fn hexes(codes: [u32; 8]) -> [Color32; 8] {
    let mut colors = [Color32::BLACK; 8];
    let mut at = 0;
    while at < codes.len() {
        colors[at] = hex(codes[at]);
        at += 1;
    }
    colors
}

const fn tints(codes: [(u32, u32); TINTS]) -> [(Color32, Color32); TINTS] {
    let mut colors = [(Color32::BLACK, Color32::BLACK); TINTS];
    let mut at = 0;
    while at < codes.len() {
        colors[at] = (hex(codes[at].0), hex(codes[at].1));
        at += 1;
    }
    colors
}

pub(super) const fn dark() -> Theme {
    Theme {
        kind: ThemeKind::Dark,
        canvas: hex(0x0012_161c),
        grid: hex(0x0025_2c36),
        card: hex(0x001d_232c),
        header: hex(0x0026_2e39),
        line: hex(0x0066_7382),
        rule: hex(0x0033_3d4a),
        shadow: Color32::from_black_alpha(110),
        text: hex(0x00ea_eff5),
        muted: hex(0x00a6_b1be),
        selection: hex(0x005a_a9ff),
        guide: hex(0x00ff_8fc0),
        tag: hex(0x002e_2912),
        tag_line: hex(0x00b3_953c),
        tag_text: hex(0x00f0_dfa4),
        note: hex(0x002b_2a20),
        note_line: hex(0x008d_8455),
        note_text: hex(0x00e9_e4cc),
        chip: hex(0x000b_0e13),
        amber: hex(0x00f2_b134),
        red: hex(0x00ff_6b6b),
        blue: hex(0x0062_b0ff),
        grey: hex(0x0087_93a1),
        on_status: hex(0x0012_161c),
        hues: hexes([
            0x009a_a6b3,
            0x0057_a6ff,
            0x00d9_b8ff,
            0x00f5_9b3d,
            0x00ee_7fae,
            0x004c_d2a8,
            0x00df_c04c,
            0x00e7_ecf2,
        ]),
        tints: tints([
            (0x0016_2130, 0x0052_78a8),
            (0x0014_251f, 0x004a_8264),
            (0x0021_1b2c, 0x0084_629b),
            (0x0028_2016, 0x0099_724a),
        ]),
    }
}

pub(super) const fn light() -> Theme {
    Theme {
        kind: ThemeKind::Light,
        canvas: hex(0x00f4_f6f9),
        grid: hex(0x00d9_dfe7),
        card: hex(0x00ff_ffff),
        header: hex(0x00ee_f1f5),
        line: hex(0x007c_8896),
        rule: hex(0x00dd_e2e8),
        shadow: Color32::from_black_alpha(34),
        text: hex(0x001a_2028),
        muted: hex(0x0053_5e6b),
        selection: hex(0x000a_63c9),
        guide: hex(0x00b8_246f),
        tag: hex(0x00ff_f6d9),
        tag_line: hex(0x0094_751a),
        tag_text: hex(0x005c_4700),
        note: hex(0x00ff_fbe6),
        note_line: hex(0x009c_8a3a),
        note_text: hex(0x003b_3517),
        chip: hex(0x00ff_ffff),
        amber: hex(0x009a_6200),
        red: hex(0x00c8_232c),
        blue: hex(0x000a_63c9),
        grey: hex(0x0066_717e),
        on_status: hex(0x00ff_ffff),
        hues: hexes([
            0x005c_6670,
            0x000b_5fc0,
            0x008a_58d2,
            0x00b8_500a,
            0x00a8_326e,
            0x0000_785c,
            0x007d_6200,
            0x0024_292f,
        ]),
        tints: tints([
            (0x00ea_f2fc, 0x007f_9fc9),
            (0x00e9_f6ee, 0x006f_a587),
            (0x00f6_edfa, 0x00a9_87bb),
            (0x00fd_f1e4, 0x00c0_925f),
        ]),
    }
}

pub(super) const fn high_contrast() -> Theme {
    let black = Color32::BLACK;
    let white = Color32::WHITE;
    Theme {
        kind: ThemeKind::HighContrast,
        canvas: black,
        grid: hex(0x0033_3333),
        card: black,
        header: hex(0x001a_1a1a),
        line: white,
        rule: hex(0x0080_8080),
        shadow: Color32::TRANSPARENT,
        text: white,
        muted: hex(0x00e6_e6e6),
        selection: hex(0x00ff_ff00),
        guide: hex(0x00ff_99dd),
        tag: black,
        tag_line: hex(0x00ff_e066),
        tag_text: hex(0x00ff_e066),
        note: black,
        note_line: white,
        note_text: white,
        chip: black,
        amber: hex(0x00ff_c233),
        red: hex(0x00ff_8080),
        blue: hex(0x0066_b8ff),
        grey: hex(0x00c0_c0c0),
        on_status: black,
        hues: hexes([
            0x00d0_d7de,
            0x0066_b2ff,
            0x00e6_ccff,
            0x00ff_b870,
            0x00ff_a6d2,
            0x005c_e6bc,
            0x00f0_d264,
            0x00ff_ffff,
        ]),
        tints: tints([
            (0x0000_0000, 0x007c_c0ff),
            (0x0000_0000, 0x005c_e6bc),
            (0x0000_0000, 0x00d0_b3ff),
            (0x0000_0000, 0x00ff_b870),
        ]),
    }
}
