//! Large providers of mailboxes that are known without asking anybody: facts of their own documentation.
//!
//! A provider that is not certain is not here. All of those with POP3 offer TLS on port 995, and take the whole address for a
//! user name.

use restante_api::{Discover, Discovery, Need, Place, Provider, Security, Settings, SettingsSource};

/// What is known of the provider of an address; `None` where it is not among those that are known.
pub(crate) fn known(wanted: &Discover) -> Option<Discovery> {
    let entry = ENTRIES.iter().find(|entry| entry.domains.contains(&&*wanted.domain))?;
    let help = (!entry.help.is_empty()).then(|| entry.help.to_owned());
    let provider = Provider { name: entry.name.to_owned(), needs: entry.needs.to_vec(), help };
    let Some(host) = entry.pop3 else { return Some(Discovery::NoPop3(provider)) };
    let place = |host: &str, port, security: Security| Place { host: host.to_owned(), port, security };
    Some(Discovery::Settings(Settings {
        source: SettingsSource::Known(provider),
        fetch: place(host, Security::Tls.default_port(), Security::Tls),
        user: wanted.address(),
        submission: entry.submission.map(|(host, security)| place(host, security.submission_port(), security)),
    }))
}

struct Entry {
    name: &'static str,
    domains: &'static [&'static str],
    /// Its POP3 server; `None`: it has none.
    pop3: Option<&'static str>,
    submission: Option<(&'static str, Security)>,
    needs: &'static [Need],
    /// Empty: none.
    help: &'static str,
}

/// A provider with TLS for both services and nothing more to say, which the others differ from.
const USUAL: Entry = Entry { name: "", domains: &[], pop3: None, submission: None, needs: &[], help: "" };

const fn tls(host: &'static str) -> Option<(&'static str, Security)> {
    Some((host, Security::Tls))
}

const fn starttls(host: &'static str) -> Option<(&'static str, Security)> {
    Some((host, Security::Starttls))
}

const ENTRIES: &[Entry] = &[
    Entry {
        name: "Gmail",
        domains: &["gmail.com", "googlemail.com"],
        pop3: Some("pop.gmail.com"),
        submission: tls("smtp.gmail.com"),
        needs: &[Need::SwitchOn, Need::AppPassword],
        help: "https://support.google.com/mail/answer/7104828",
    },
    Entry {
        name: "Outlook.com",
        domains: &[
            "outlook.com",
            "hotmail.com",
            "live.com",
            "msn.com",
            "outlook.de",
            "outlook.es",
            "outlook.fr",
            "outlook.it",
            "hotmail.co.uk",
            "hotmail.de",
            "hotmail.es",
            "hotmail.fr",
            "hotmail.it",
            "live.co.uk",
            "live.de",
            "live.fr",
            "live.it",
            "live.nl",
        ],
        pop3: Some("outlook.office365.com"),
        submission: starttls("smtp-mail.outlook.com"),
        needs: &[Need::OAuth],
        help: "https://support.microsoft.com/office/pop-imap-and-smtp-settings-for-outlook-com-d088b986-291d-42b8-9564-9c414e2aa040",
    },
    Entry {
        name: "Yahoo",
        domains: &[
            "yahoo.com",
            "ymail.com",
            "rocketmail.com",
            "yahoo.ca",
            "yahoo.co.in",
            "yahoo.co.uk",
            "yahoo.com.ar",
            "yahoo.com.au",
            "yahoo.com.br",
            "yahoo.com.mx",
            "yahoo.de",
            "yahoo.es",
            "yahoo.fr",
            "yahoo.ie",
            "yahoo.in",
            "yahoo.it",
        ],
        pop3: Some("pop.mail.yahoo.com"),
        submission: tls("smtp.mail.yahoo.com"),
        needs: &[Need::AppPassword],
        help: "https://help.yahoo.com/kb/SLN4724.html",
    },
    Entry {
        name: "AOL",
        domains: &["aol.com", "aim.com"],
        pop3: Some("pop.aol.com"),
        submission: tls("smtp.aol.com"),
        needs: &[Need::AppPassword],
        help: "https://help.aol.com/articles/how-do-i-use-other-email-applications-to-send-and-receive-my-aol-mail",
    },
    Entry {
        name: "iCloud",
        domains: &["icloud.com", "me.com", "mac.com"],
        help: "https://support.apple.com/102525",
        ..USUAL
    },
    Entry {
        name: "GMX",
        domains: &["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.eu"],
        pop3: Some("pop.gmx.net"),
        submission: tls("mail.gmx.net"),
        needs: &[Need::SwitchOn],
        help: "https://hilfe.gmx.net/pop-imap/",
    },
    Entry {
        name: "GMX",
        domains: &["gmx.com", "gmx.us", "gmx.co.uk", "gmx.fr", "gmx.es", "gmx.it"],
        pop3: Some("pop.gmx.com"),
        submission: tls("mail.gmx.com"),
        needs: &[Need::SwitchOn],
        help: "https://support.gmx.com/pop-imap/",
    },
    Entry {
        name: "WEB.DE",
        domains: &["web.de"],
        pop3: Some("pop3.web.de"),
        submission: starttls("smtp.web.de"),
        needs: &[Need::SwitchOn],
        help: "https://hilfe.web.de/pop-imap/",
    },
    Entry {
        name: "mail.com",
        domains: &["mail.com", "email.com"],
        pop3: Some("pop.mail.com"),
        submission: tls("smtp.mail.com"),
        needs: &[Need::Paid, Need::SwitchOn],
        help: "https://support.mail.com/",
    },
    Entry {
        name: "T-Online",
        domains: &["t-online.de", "magenta.de"],
        pop3: Some("securepop.t-online.de"),
        submission: tls("securesmtp.t-online.de"),
        needs: &[Need::AppPassword],
        help: "https://www.telekom.de/hilfe",
    },
    Entry {
        name: "freenet",
        domains: &["freenet.de"],
        pop3: Some("mx.freenet.de"),
        submission: starttls("mx.freenet.de"),
        ..USUAL
    },
    Entry {
        name: "Posteo",
        domains: &["posteo.de", "posteo.net", "posteo.org", "posteo.eu", "posteo.at", "posteo.ch"],
        pop3: Some("posteo.de"),
        submission: tls("posteo.de"),
        help: "https://posteo.de/en/help/",
        ..USUAL
    },
    Entry {
        name: "mailbox.org",
        domains: &["mailbox.org"],
        pop3: Some("pop3.mailbox.org"),
        submission: tls("smtp.mailbox.org"),
        help: "https://kb.mailbox.org/",
        ..USUAL
    },
    Entry {
        name: "IONOS",
        domains: &["online.de", "onlinehome.de"],
        pop3: Some("pop.ionos.de"),
        submission: tls("smtp.ionos.de"),
        help: "https://www.ionos.de/hilfe/",
        ..USUAL
    },
    Entry {
        name: "Fastmail",
        domains: &["fastmail.com", "fastmail.fm", "sent.com"],
        pop3: Some("pop.fastmail.com"),
        submission: tls("smtp.fastmail.com"),
        needs: &[Need::AppPassword],
        help: "https://www.fastmail.help/hc/en-us/articles/1500000278342",
    },
    Entry {
        name: "Zoho",
        domains: &["zoho.com", "zohomail.com"],
        pop3: Some("pop.zoho.com"),
        submission: tls("smtp.zoho.com"),
        needs: &[Need::SwitchOn],
        help: "https://www.zoho.com/mail/help/pop-access.html",
    },
    Entry {
        name: "Zoho",
        domains: &["zohomail.eu"],
        pop3: Some("pop.zoho.eu"),
        submission: tls("smtp.zoho.eu"),
        needs: &[Need::SwitchOn],
        help: "https://www.zoho.com/mail/help/pop-access.html",
    },
    Entry {
        name: "Yandex",
        domains: &["yandex.ru", "ya.ru", "yandex.com", "yandex.by", "yandex.kz"],
        pop3: Some("pop.yandex.com"),
        submission: tls("smtp.yandex.com"),
        needs: &[Need::SwitchOn, Need::AppPassword],
        help: "https://yandex.com/support/mail/mail-clients/others.html",
    },
    Entry {
        name: "Mail.ru",
        domains: &["mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"],
        pop3: Some("pop.mail.ru"),
        submission: tls("smtp.mail.ru"),
        needs: &[Need::AppPassword],
        help: "https://help.mail.ru/mail/mailer/popsmtp",
    },
    Entry {
        name: "Orange",
        domains: &["orange.fr", "wanadoo.fr"],
        pop3: Some("pop.orange.fr"),
        submission: tls("smtp.orange.fr"),
        help: "https://assistance.orange.fr/",
        ..USUAL
    },
    Entry {
        name: "Free",
        domains: &["free.fr"],
        pop3: Some("pop.free.fr"),
        submission: tls("smtp.free.fr"),
        help: "https://assistance.free.fr/",
        ..USUAL
    },
    Entry {
        name: "SFR",
        domains: &["sfr.fr", "neuf.fr"],
        pop3: Some("pop.sfr.fr"),
        submission: tls("smtp.sfr.fr"),
        help: "https://assistance.sfr.fr/",
        ..USUAL
    },
    Entry {
        name: "La Poste",
        domains: &["laposte.net"],
        pop3: Some("pop.laposte.net"),
        submission: tls("smtp.laposte.net"),
        ..USUAL
    },
    Entry {
        name: "Libero",
        domains: &["libero.it", "iol.it", "inwind.it", "blu.it", "giallo.it"],
        pop3: Some("popmail.libero.it"),
        submission: tls("smtp.libero.it"),
        help: "https://aiuto.libero.it/",
        ..USUAL
    },
    Entry {
        name: "Tiscali",
        domains: &["tiscali.it"],
        pop3: Some("pop.tiscali.it"),
        submission: tls("smtp.tiscali.it"),
        ..USUAL
    },
    Entry {
        name: "Aruba",
        domains: &["aruba.it"],
        pop3: Some("pop3s.aruba.it"),
        submission: tls("smtps.aruba.it"),
        ..USUAL
    },
    Entry {
        name: "Seznam",
        domains: &["seznam.cz", "email.cz", "post.cz", "spoluzaci.cz"],
        pop3: Some("pop3.seznam.cz"),
        submission: tls("smtp.seznam.cz"),
        help: "https://o-seznam.cz/napoveda/email/",
        ..USUAL
    },
    Entry {
        name: "Onet",
        domains: &["onet.pl", "onet.eu", "op.pl", "vp.pl", "poczta.onet.pl"],
        pop3: Some("pop3.poczta.onet.pl"),
        submission: tls("smtp.poczta.onet.pl"),
        ..USUAL
    },
    Entry {
        name: "WP",
        domains: &["wp.pl"],
        pop3: Some("pop3.wp.pl"),
        submission: tls("smtp.wp.pl"),
        needs: &[Need::SwitchOn],
        help: "https://pomoc.wp.pl/",
    },
    Entry {
        name: "UKR.NET",
        domains: &["ukr.net"],
        pop3: Some("pop3.ukr.net"),
        submission: tls("smtp.ukr.net"),
        needs: &[Need::AppPassword],
        help: "",
    },
    Entry {
        name: "Bluewin",
        domains: &["bluewin.ch"],
        pop3: Some("pop3s.bluewin.ch"),
        submission: tls("smtpauths.bluewin.ch"),
        ..USUAL
    },
    Entry {
        name: "Infomaniak",
        domains: &["ik.me", "ikmail.com", "etik.com"],
        pop3: Some("mail.infomaniak.com"),
        submission: tls("mail.infomaniak.com"),
        help: "https://www.infomaniak.com/en/support",
        ..USUAL
    },
    Entry {
        name: "BT",
        domains: &["btinternet.com"],
        pop3: Some("mail.btinternet.com"),
        submission: tls("mail.btinternet.com"),
        ..USUAL
    },
    Entry {
        name: "Runbox",
        domains: &["runbox.com"],
        pop3: Some("mail.runbox.com"),
        submission: tls("mail.runbox.com"),
        ..USUAL
    },
    Entry {
        name: "Mailfence",
        domains: &["mailfence.com"],
        pop3: Some("pop.mailfence.com"),
        submission: tls("smtp.mailfence.com"),
        needs: &[Need::Paid],
        help: "https://mailfence.com/",
    },
    Entry {
        name: "QQ",
        domains: &["qq.com", "foxmail.com"],
        pop3: Some("pop.qq.com"),
        submission: tls("smtp.qq.com"),
        needs: &[Need::SwitchOn, Need::AppPassword],
        help: "https://service.mail.qq.com/",
    },
    Entry {
        name: "163",
        domains: &["163.com"],
        pop3: Some("pop.163.com"),
        submission: tls("smtp.163.com"),
        needs: &[Need::SwitchOn, Need::AppPassword],
        help: "https://help.mail.163.com/",
    },
    Entry {
        name: "126",
        domains: &["126.com"],
        pop3: Some("pop.126.com"),
        submission: tls("smtp.126.com"),
        needs: &[Need::SwitchOn, Need::AppPassword],
        help: "https://help.mail.163.com/",
    },
    Entry {
        name: "Naver",
        domains: &["naver.com"],
        pop3: Some("pop.naver.com"),
        submission: tls("smtp.naver.com"),
        needs: &[Need::SwitchOn],
        help: "https://help.naver.com/",
    },
    Entry {
        name: "Proton",
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        help: "https://proton.me/support/imap-smtp-and-pop3-setup",
        ..USUAL
    },
    Entry {
        name: "Tuta",
        domains: &["tuta.com", "tuta.io", "tutanota.com", "tutanota.de", "tutamail.com", "keemail.me"],
        help: "https://tuta.com/support",
        ..USUAL
    },
    Entry { name: "HEY", domains: &["hey.com"], help: "https://www.hey.com/", ..USUAL },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn of(address: &str) -> Option<Discovery> {
        known(&Discover::of(address).unwrap())
    }

    #[test]
    fn every_entry_is_complete_and_no_domain_is_in_two() {
        let mut domains = HashSet::new();
        for entry in ENTRIES {
            assert!(!entry.name.is_empty() && !entry.domains.is_empty(), "{}", entry.name);
            for domain in entry.domains {
                let whole = Discover::of(&format!("a@{domain}")).map(|wanted| wanted.domain);
                assert_eq!(whole.as_deref(), Some(*domain), "it is found as it is typed");
                assert!(domain.is_ascii() && domains.insert(*domain), "{domain} is in two");
            }
            let hosts = entry.pop3.iter().chain(entry.submission.iter().map(|(host, _)| host));
            for host in hosts {
                assert!(
                    host.contains('.')
                        && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b)),
                    "{host}"
                );
            }
            assert_eq!(entry.pop3.is_some(), entry.submission.is_some(), "{}", entry.name);
            assert!(entry.help.is_empty() || entry.help.starts_with("https://"), "{}", entry.name);
            assert!(
                entry.pop3.is_some() || !entry.help.is_empty(),
                "{}: without POP3 somebody has to say so",
                entry.name
            );
        }
    }

    #[test]
    fn a_provider_is_found_by_the_domain_whatever_its_case_and_by_nothing_else() {
        let Some(Discovery::Settings(found)) = of("Ana@GMX.de") else { panic!("it is known") };
        assert_eq!(found.fetch, Place { host: "pop.gmx.net".into(), port: 995, security: Security::Tls });
        assert_eq!((&*found.user, found.submission.map(|place| place.port)), ("Ana@gmx.de", Some(465)));
        let SettingsSource::Known(provider) = found.source else { panic!("it is known") };
        assert_eq!((&*provider.name, &provider.needs[..]), ("GMX", &[Need::SwitchOn][..]));
        for unknown in ["ana@mail.gmx.de", "ana@gmx.de.example.org", "gmx.de@example.org"] {
            assert_eq!(of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn submission_by_starttls_has_its_own_port() {
        let Some(Discovery::Settings(found)) = of("ana@web.de") else { panic!("it is known") };
        let place = Place { host: "smtp.web.de".into(), port: 587, security: Security::Starttls };
        assert_eq!(found.submission, Some(place));
    }

    #[test]
    fn a_provider_without_pop3_is_said_to_have_none() {
        for address in ["ana@icloud.com", "ana@proton.me", "ana@tuta.com"] {
            assert!(matches!(of(address), Some(Discovery::NoPop3(provider)) if provider.help.is_some()), "{address}");
        }
    }
}
