//! What `dataway explain` shows: one page for each code of spec section 13.
//!
//! A page is a Markdown file in `pages/`: a title, what the diagnostic means, a program that has it (a block fenced as
//! `dataway fails`), and the program mended (`dataway`). Where an example would be unreadable in full, it has `…` in the place
//! of what is repeated; the page says so. Codes are never reused, so a page is never removed.

use super::Code;

/// The page of a code.
#[derive(Debug)]
pub struct Page {
    /// The code.
    pub code: Code,
    /// The Markdown text.
    pub text: &'static str,
}

impl Page {
    /// The title without the code: `not subscriptable, or the wrong type of index`.
    #[must_use]
    pub fn title(&self) -> &str {
        let line = self.text.lines().next().unwrap_or_default();
        line.split_once(": ").map_or(line, |(_, title)| title)
    }

    /// The program that has it.
    #[must_use]
    pub fn failing(&self) -> &'static str {
        self.block("dataway fails")
    }

    /// The program mended.
    #[must_use]
    pub fn mended(&self) -> &'static str {
        self.block("dataway")
    }

    /// The block with this fence; empty if there is none.
    fn block(&self, fence: &str) -> &'static str {
        let (_, rest) = self.text.split_once(&format!("\n```{fence}\n")).unwrap_or_default();
        rest.split_once("\n```").unwrap_or_default().0
    }
}

/// The page of a code.
#[must_use]
pub fn find(code: Code) -> Option<&'static Page> {
    PAGES.binary_search_by_key(&code, |page| page.code).ok().and_then(|at| PAGES.get(at))
}

/// Declares the table from the numbers, written with four digits as in the names of the files.
macro_rules! pages {
    ($($number:literal)*) => {
        /// Every page, by number.
        #[expect(clippy::zero_prefixed_literal, reason = "the numbers name files")]
        pub static PAGES: &[Page] = &[$(Page {
            code: Code($number),
            text: include_str!(concat!("pages/DW", stringify!($number), ".md")),
        }),*];
    };
}

pages! {
    0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011 0012 0013 0014 0015 0017
    0018 0019 0020 0021 0022 0023 0024 0025 0026 0027 0028 0029 0030
    1001 1002 1003 1004 1006 1007 1008 1009 1010 1011 1012
    2001 2002 2003 2004 2005 2006 2007 2008 2009 2010 2011 2012 2013 2014 2015 2016
    2017 2018 2019 2020 2021 2022 2023
    2101 2102 2103 2104 2105 2106
    3001 3002 3003 3004 3005 3006 3007 3008 3009 3010 3011 3020
    3101 3102 3103 3104 3105 3110
    4001 4002 4003 4004 4005 4006 4007
}

#[cfg(test)]
mod tests;
