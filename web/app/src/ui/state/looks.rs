//! How the page looks, as far as somebody may choose.

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the device has.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much of the list is in sight at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Density {
    /// Three lines a message, with the beginning of its text.
    #[default]
    Comfortable,
    /// Two lines.
    Compact,
}

/// How far what is written stands out from what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contrast {
    /// As the device asks for.
    #[default]
    System,
    /// As far as it can.
    High,
}

/// How large the text of a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Zoom {
    /// As it is written.
    #[default]
    None,
    /// One and a quarter times as large.
    Quarter,
    /// One and a half times as large.
    Half,
    /// Twice as large.
    Double,
}

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    /// Light or dark.
    pub theme: Theme,
    /// The height of rows.
    pub density: Density,
    /// The contrast.
    pub contrast: Contrast,
    /// The size of letters' text.
    pub zoom: Zoom,
}

impl Theme {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// By which the style sheet knows it.
    pub fn id(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Density {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Comfortable, Self::Compact];

    /// By which the style sheet knows it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Comfortable => "comfortable",
            Self::Compact => "compact",
        }
    }

    /// A row's height in rem, as in the style sheet.
    pub fn row_rem(self) -> f64 {
        match self {
            Self::Comfortable => 5.25,
            Self::Compact => 3.75,
        }
    }
}

impl Contrast {
    /// Both.
    pub const ALL: [Self; 2] = [Self::System, Self::High];

    /// By which the style sheet knows it.
    pub fn id(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::High => "high",
        }
    }
}

impl Zoom {
    /// All of them, the smallest first.
    pub const ALL: [Self; 4] = [Self::None, Self::Quarter, Self::Half, Self::Double];

    /// By which the style sheet knows it: the size in per cent.
    pub fn id(self) -> &'static str {
        match self {
            Self::None => "100",
            Self::Quarter => "125",
            Self::Half => "150",
            Self::Double => "200",
        }
    }

    /// The size in per cent.
    pub fn percent(self) -> u8 {
        match self {
            Self::None => 100,
            Self::Quarter => 125,
            Self::Half => 150,
            Self::Double => 200,
        }
    }

    /// The next larger one.
    #[must_use]
    pub fn larger(self) -> Option<Self> {
        Self::ALL.into_iter().find(|other| other.percent() > self.percent())
    }

    /// The next smaller one.
    #[must_use]
    pub fn smaller(self) -> Option<Self> {
        Self::ALL.into_iter().rev().find(|other| other.percent() < self.percent())
    }
}

/// The choice of this name.
pub(crate) fn by_id<T: Copy + Default>(all: &[T], id: &str, of: fn(T) -> &'static str) -> T {
    all.iter().copied().find(|one| of(*one) == id).unwrap_or_default()
}

impl Looks {
    /// The form in which they are remembered; empty where nothing was chosen. `boot.js` reads it too.
    pub fn remembered(self) -> String {
        let Self { theme, density, contrast, zoom } = self;
        let ids = [theme.id(), density.id(), contrast.id(), zoom.id()];
        if self == Self::default() { String::new() } else { ids.join(" ") }
    }

    /// What was remembered; what is none counts as not chosen.
    pub fn of_remembered(text: &str) -> Self {
        let mut ids = text.split(' ');
        let mut id = || ids.next().unwrap_or_default();
        Self {
            theme: by_id(&Theme::ALL, id(), Theme::id),
            density: by_id(&Density::ALL, id(), Density::id),
            contrast: by_id(&Contrast::ALL, id(), Contrast::id),
            zoom: by_id(&Zoom::ALL, id(), Zoom::id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_found_again_and_anything_else_is_no_choice() {
        for (theme, density) in Theme::ALL.into_iter().flat_map(|theme| Density::ALL.map(|density| (theme, density))) {
            for (contrast, zoom) in Contrast::ALL.into_iter().flat_map(|it| Zoom::ALL.map(|zoom| (it, zoom))) {
                let looks = Looks { theme, density, contrast, zoom };
                assert_eq!(Looks::of_remembered(&looks.remembered()), looks);
            }
        }
        for text in ["", "pink huge", " ", "system comfortable", "system comfortable low 99"] {
            assert_eq!(Looks::of_remembered(text), Looks::default(), "{text}");
        }
        // As it was remembered when there was less to choose.
        let (theme, density) = (Theme::Dark, Density::Compact);
        assert_eq!(Looks::of_remembered("dark compact"), Looks { theme, density, ..Looks::default() });
    }

    #[test]
    fn letters_grow_and_shrink_by_steps_and_end_somewhere() {
        let grown = std::iter::successors(Some(Zoom::None), |zoom| zoom.larger()).map(Zoom::percent);
        assert_eq!(grown.collect::<Vec<_>>(), [100, 125, 150, 200]);
        let shrunk = std::iter::successors(Some(Zoom::Double), |zoom| zoom.smaller()).map(Zoom::percent);
        assert_eq!(shrunk.collect::<Vec<_>>(), [200, 150, 125, 100]);
    }
}
