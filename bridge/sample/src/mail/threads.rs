//! A conversation: answers that quote answers (RFC 5322, section 3.6.4).

use crate::mime::{Clock, Draft, Letter, OWNER, plain};

const JONAS: (&str, &str) = ("Jonas Okafor", "jonas@archive.example");
const MEI: (&str, &str) = ("Mei Tanaka", "mei@tanaka.example");

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    let subject = "Re: Scans from the archive";
    vec![
        Draft::new("thread-1", at.days(3, 10, 12, 0), JONAS, "Scans from the archive").with(plain(ONE)),
        Draft::new("thread-2", at.days(2, 9, 3, 9), MEI, subject).answers(&["thread-1"]).with(plain(TWO)),
        Draft::new("thread-3", at.days(2, 13, 30, 0), JONAS, subject)
            .answers(&["thread-1", "thread-2"])
            .with(plain(THREE)),
        Draft::new("thread-4", at.days(1, 19, 5, 0), OWNER, subject)
            .replace("To", "Jonas Okafor <jonas@archive.example>, Mei Tanaka <mei@tanaka.example>")
            .answers(&["thread-1", "thread-2", "thread-3"])
            .with(plain(FOUR)),
        Draft::new("thread-5", at.minutes(55), MEI, subject)
            .answers(&["thread-1", "thread-2", "thread-3", "thread-4"])
            .with(plain(FIVE)),
    ]
}

const ONE: &str = "Hello both,

the plans of the old post office are scanned: eleven sheets, of 1911 and 1927. They came out
better than I hoped. On sheet 4 somebody wrote the names of the carriers beside the pigeonholes.

Who wants to write the captions?

Jonas
";

const TWO: &str = "Jonas Okafor wrote:
> On sheet 4 somebody wrote the names of the carriers beside the pigeonholes.

That alone is worth the exhibition. One of them is my great-grandfather's neighbour.

> Who wants to write the captions?

I do the names, if Robin does the building.

Mei
";

const THREE: &str = "Mei Tanaka wrote:
> Jonas Okafor wrote:
>> Who wants to write the captions?
>
> I do the names, if Robin does the building.

Settled, unless Robin objects by Monday.
";

const FOUR: &str = "Jonas Okafor wrote:
> Mei Tanaka wrote:
>> Jonas Okafor wrote:
>>> Who wants to write the captions?
>>
>> I do the names, if Robin does the building.
>
> Settled, unless Robin objects by Monday.

Robin does not object. Robin asks how long a caption may be.
";

const FIVE: &str = "> Robin asks how long a caption may be.

As long as a person is willing to stand in a draught. So: forty words.
";
