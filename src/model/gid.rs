//! Global tile ids as the file has them.

/// A raw global tile id with its flip bits. Nothing is masked away until a tile is needed, so that
/// saving neither invents nor drops a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Gid(pub u32);

impl Gid {
    /// No tile.
    pub const EMPTY: Self = Self(0);
    /// Bit 31: mirrored left to right.
    pub const FLIP_X: u32 = 0x8000_0000;
    /// Bit 30: mirrored top to bottom.
    pub const FLIP_Y: u32 = 0x4000_0000;
    /// Bit 29: x and y swapped, applied before the other two.
    pub const FLIP_DIAGONAL: u32 = 0x2000_0000;
    /// Bit 28: rotation on hexagonal maps, without meaning elsewhere, and what Phaser fails to mask.
    pub const ROTATE_HEX: u32 = 0x1000_0000;
    const FLAGS: u32 = 0xF000_0000;
    /// The highest id that a gid can hold.
    pub const HIGHEST: u32 = !Self::FLAGS;

    /// The id without its flags; 0 for an empty cell.
    pub fn id(self) -> u32 {
        self.0 & !Self::FLAGS
    }

    /// The four flag bits.
    pub fn flags(self) -> u32 {
        self.0 & Self::FLAGS
    }

    /// Whether there is no tile, whatever the flags say.
    pub fn is_empty(self) -> bool {
        self.id() == 0
    }

    /// The same flags on another id.
    #[must_use]
    pub fn with_id(self, id: u32) -> Self {
        Self(self.flags() | (id & !Self::FLAGS))
    }

    /// Whether the tile is mirrored left to right.
    pub fn flip_x(self) -> bool {
        self.0 & Self::FLIP_X != 0
    }

    /// Whether the tile is mirrored top to bottom.
    pub fn flip_y(self) -> bool {
        self.0 & Self::FLIP_Y != 0
    }

    /// Whether x and y are swapped, before the mirrorings.
    pub fn flip_diagonal(self) -> bool {
        self.0 & Self::FLIP_DIAGONAL != 0
    }
}
