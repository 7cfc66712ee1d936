//! Plain text from people and small firms: the mail most days bring.

use crate::mime::{Clock, Draft, Letter, Part, crlf, plain};

pub(crate) fn letters(at: Clock) -> Vec<Letter> {
    vec![
        Draft::new("note-key", at.minutes(9), ("Ines Marlow", "ines@marlow.example"), "The key is under the blue pot")
            .with(plain("Left early for the ferry. The key is under the blue pot, not the green one.\nSoup is on the stove.\n\nI.\n")),
        Draft::new("boiler", at.minutes(140), ("Olsen Heating", "service@olsen-heating.example"), "Your boiler service on Thursday")
            .with(plain(BOILER)),
        Draft::new("birthday", at.days(1, 8, 2, 1), ("Tove", "tove@fjordpost.example"), "🎂 Sixty! 🎈 Come on Saturday 🎶")
            .with(plain(BIRTHDAY)),
        Draft::new("library", at.days(1, 7, 0, 0), ("Library of the Town", "loans@library.example"), "Two loans fall due on Thursday")
            .field("Reply-To: desk@library.example")
            .with(plain(LIBRARY)),
        Draft::new("train", at.days(2, 18, 44, 1), ("Northern Crossing", "tickets@crossing.example"), "Booking KX7-41Q: Harbour Halt to Westmere")
            .with(plain(TRAIN)),
        Draft::new("bike", at.days(3, 16, 10, 0), ("Spoke & Chain", "workshop@spoke.example"), "Your bicycle is ready")
            .with(plain("Hello Robin,\n\nnew chain, new rear brake cable, and we trued the front wheel while we were at it. 48.50 in all.\nWe are here until six, Saturdays until one.\n\nMarek\n")),
        Draft::new("dentist", at.days(4, 9, 30, 0), ("Dr. A. Lindqvist", "practice@lindqvist.example"), "Reminder: check-up on the 3rd, 8:40")
            .with(plain("Dear Robin Hale,\n\nthis is to remind you of your check-up on the 3rd at 8:40. If you cannot come, please ring\nus a day before; somebody is always waiting for a place.\n\nThe practice is now on the first floor. The lift works again.\n")),
        Draft::new("recipe", at.days(5, 20, 15, 0), ("Mum", "hilda@hale.example"), "The plum cake, as you asked")
            .with(plain(RECIPE)),
        Draft::new("letter-flowed", at.days(6, 21, 40, 0), ("Aunt Philippa", "philippa@islemail.example"), "News from the island")
            .with(flowed(FLOWED)),
        Draft::new("bank", at.days(7, 6, 5, 0), ("Harbour Savings", "no-reply@harbour-savings.example"), "Your statement is ready")
            .with(plain("Your statement for last month is ready in your online account.\n\nWe never ask for a password by mail and we put no links into our letters. Please type our\naddress yourself.\n")),
        Draft::new("dots", at.days(8, 23, 17, 0), ("Jun Abara", "jun@dotfiles.example"), "Lines that begin with a dot")
            .with(plain(DOTS)),
        Draft::new("lost-glove", at.days(9, 12, 0, 0), ("Reception, Ferry Office", "desk@ferry.example"), "A grey glove")
            .with(plain("Somebody handed in one grey glove, left hand, wool. You said yours was the right one, so this may\nnot be it; or it is the other one, and now you have lost both. It is in the drawer.\n")),
        Draft::new("many-recipients", at.days(10, 11, 20, 0), ("Allotment Association", "board@allotments.example"), "Water is off from Monday")
            .field(MANY)
            .field("Cc: \"Okafor, Jonas\" <jonas@archive.example>, board@allotments.example")
            .with(plain("The water is off from Monday, as every winter. Please empty your butts and leave the taps open.\nPlot 14: your compost is on plot 15 again.\n")),
        Draft::new("reset", at.days(13, 10, 3, 0), ("Tidewatch", "accounts@tidewatch.example"), "Your sign-in code: 402 917")
            .with(plain("402 917 is your code. It is good for ten minutes. Did not ask for it? Then do nothing.\n")),
        Draft::new("old-friend", at.days(20, 22, 51, -6), ("Wendell Park", "wendell@parkandpine.example"), "It has been a while")
            .with(plain(FRIEND)),
        Draft::new("survey", at.days(31, 9, 0, 0), ("Town Council", "streets@council.example"), "The bench at the north pier: have your say")
            .with(plain("There will be a new bench at the north pier. Facing the sea, or facing the café? Answers until the\nend of the month, by mail or in the box at the town hall. So far: sea 31, café 28, both 104.\n")),
    ]
}

/// Text that a reader may wrap anew: soft line ends are marked by a trailing blank (RFC 3676).
fn flowed(text: &str) -> Part {
    Part::raw(
        &["Content-Type: text/plain; charset=us-ascii; format=flowed", "Content-Transfer-Encoding: 7bit"],
        crlf(text),
    )
}

const MANY: &str = "To: robin@postbox.example, \"Plot 3\" <plot3@allotments.example>,\r\n \
    \"Plot 9 (the one with the shed)\" <plot9@allotments.example>,\r\n Mei Tanaka <mei@tanaka.example>, ana@vidriera.example,\r\n \
    Winter group: tove@fjordpost.example, jun@dotfiles.example;";

const BOILER: &str = "Good afternoon,

our engineer comes on Thursday between 9 and 11. He needs to get at the boiler, the
expansion tank and, if you have one, the shut-off valve behind the washing machine.

It takes about an hour. The heating will be cold for most of it, so keep a jumper at hand.

Olsen Heating, third generation, first-class radiators
";

const BIRTHDAY: &str = "Robin! 🥳

Saturday, from four, at the boathouse. There will be cake 🍰, Pavel’s accordion 🪗 and, if the wind allows,
the long table outside. Bring nothing but a warm coat 🧥 and somebody who can carry a bass part 🎵.

Family 👨‍👩‍👧‍👦 from Tromsø 🇳🇴 and Porto 🇵🇹 is coming. Naïve question: do you still have my big pot?

Tove ❤️
";

const LIBRARY: &str = "Dear Robin Hale,

two of your loans fall due on Thursday:

  The Ferryman's Almanac                     renewed once
  Letters That Waited: a history of holding  new

Both can be renewed once more at the desk or by answering this message with the word RENEW.

The reading room closes at four on Friday because the stove is being swept.
";

const TRAIN: &str = "Your booking KX7-41Q

  Out   Sat  07:52  Harbour Halt    ->  10:31  Westmere       coach 4, seat 61 (window)
  Back  Sun  17:20  Westmere        ->  20:04  Harbour Halt   coach 2, seat 12 (aisle)

  1 adult, 1 bicycle                                          37.40

Between Saltby and Crane a bus takes you over the bridge that is being mended; your bicycle
travels in the van behind it and will be waiting for you, a little dusty.
";

const RECIPE: &str = "Darling,

here it is, as my mother made it:

  1 kg plums, halved          ½ l milk, just warm
  500 g flour                 80 g butter
  20 g yeast                  1 egg
  70 g sugar – and a pinch of salt

Let it rise for an hour. Not “about an hour”: an hour. Then the plums, close together like the audience on a first night,
180 °C, 35 minutes. Sugar and cinnamon while it is hot.

Don’t open the oven. I know you.

Mum
";

const FLOWED: &str = "Dear Robin,

the gale took two tiles and the top of the old pear tree, and left the washing on \nthe line as if nothing had happened. We were without light for a night and sat \nby the stove, which was rather nice once we stopped looking for the torch.

Your postcard came after three weeks. The stamp says it went by way of another \nisland with nearly the same name. The postmaster apologised as if he had \ncarried it there himself.

> And do you still keep the bees?

Two hives. They are asleep and so, nearly, am I.

Love,
Philippa
-- \nNo telephone on Sundays.
";

const DOTS: &str = "You asked what breaks badly written mail programs. Lines like these:

.
..
...
.hidden
..and a line that began with two dots
. a dot and a blank
A line that ends with a dot.
.

If you can read \"the end\" below, the program counts its dots well.

the end
";

const FRIEND: &str = "Robin,

I was clearing out the car and found the map with your handwriting on it: \"turn left where the barn used to be\".
We never did find that lake. I am over there in spring, for the first time in nine years. Is the lake still
where it was not?

Wendell
";
