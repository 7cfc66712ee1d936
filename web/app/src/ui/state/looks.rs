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

/// What was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Looks {
    /// Light or dark.
    pub theme: Theme,
    /// The height of rows.
    pub density: Density,
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

impl Looks {
    /// The form in which they are remembered; empty where nothing was chosen. `boot.js` reads it too.
    pub fn remembered(self) -> String {
        if self == Self::default() { String::new() } else { format!("{} {}", self.theme.id(), self.density.id()) }
    }

    /// What was remembered; what is none counts as not chosen.
    pub fn of_remembered(text: &str) -> Self {
        let (theme, density) = text.split_once(' ').unwrap_or_default();
        Self {
            theme: Theme::ALL.into_iter().find(|one| one.id() == theme).unwrap_or_default(),
            density: Density::ALL.into_iter().find(|one| one.id() == density).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_found_again_and_anything_else_is_no_choice() {
        for theme in Theme::ALL {
            for density in Density::ALL {
                let looks = Looks { theme, density };
                assert_eq!(Looks::of_remembered(&looks.remembered()), looks);
            }
        }
        for text in ["", "dark", "pink huge", " ", "system comfortable"] {
            assert_eq!(Looks::of_remembered(text), Looks::default(), "{text}");
        }
    }
}
