//! One window of the real app, driven the way a person would: by the words on it.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use thirtyfour::Capabilities;
use thirtyfour::prelude::{By, WebDriver, WebElement};

/// How long something may take before it counts as not working; much, since other programs may keep the machine busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
/// How long news may take: the exchange looks for them every 30 seconds by itself.
pub(crate) const NEWS: Duration = Duration::from_secs(100);
const LOOK: Duration = Duration::from_millis(150);
/// From one point of a drawn line to the next.
const STROKE: Duration = Duration::from_millis(40);

/// How to start the app.
#[derive(Clone, Debug)]
pub(crate) struct Start {
    pub(crate) app: PathBuf,
    pub(crate) data: PathBuf,
    pub(crate) title: &'static str,
    /// `X,Y,WIDTH,HEIGHT` on the screen; empty, the app chooses.
    pub(crate) place: &'static str,
    /// `ADDRESS#CODE`, to enrol without typing.
    pub(crate) enrol: Option<String>,
    /// The home of whoever runs it, where it is not that of whoever runs the tests.
    pub(crate) home: Option<PathBuf>,
    /// A file that takes what a kiosk prints.
    pub(crate) printer: Option<PathBuf>,
    /// No session whose key store it could ask.
    pub(crate) without_session: bool,
}

/// A running app and the program that drives it. Both end with it.
pub(crate) struct Window {
    pub(crate) title: &'static str,
    page: WebDriver,
    driver: Driver,
}

/// WebKitWebDriver, which starts the app.
struct Driver(Child);

impl Driver {
    /// Ends the app without a word of warning; gives how many processes that were.
    fn cut(&self) -> usize {
        let apps = children(self.0.id());
        apps.iter()
            .filter(|app| {
                Command::new("kill")
                    .args(["-9", &app.to_string()])
                    .status()
                    .is_ok_and(|status| status.success())
            })
            .count()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.cut();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Window {
    /// Starts the app and waits for its page.
    pub(crate) async fn open(start: &Start) -> anyhow::Result<Self> {
        Ok(Self::open_timed(start).await?.0)
    }

    /// The same, with the moment in which the app was started.
    pub(crate) async fn open_timed(start: &Start) -> anyhow::Result<(Self, Instant)> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut driver = Command::new("WebKitWebDriver");
        if let Some(home) = &start.home {
            driver
                .env("HOME", home)
                .env("TMPDIR", home.join("tmp"))
                .env("XDG_DATA_HOME", home.join(".local/share"))
                .env("XDG_CONFIG_HOME", home.join(".config"))
                .env("XDG_CACHE_HOME", home.join(".cache"));
        }
        if start.without_session {
            driver.env("DBUS_SESSION_BUS_ADDRESS", crate::keyring::NO_BUS);
        }
        let driver = driver
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stdin(Stdio::null())
            .spawn()
            .context(
                "WebKitWebDriver cannot be started; its Debian package is webkit2gtk-driver",
            )?;
        let driver = Driver(driver);
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(Instant::now() < until, "WebKitWebDriver does not listen");
            tokio::time::sleep(LOOK).await;
        }
        let mut args = vec!["--data".to_owned(), start.data.display().to_string()];
        args.extend(["--title".to_owned(), start.title.to_owned()]);
        if !start.place.is_empty() {
            args.extend(["--place".to_owned(), start.place.to_owned()]);
        }
        if let Some(link) = &start.enrol {
            args.extend(["--enrol".to_owned(), link.clone()]);
        }
        if let Some(printer) = &start.printer {
            args.extend([
                "--printer".to_owned(),
                format!("file://{}", printer.display()),
            ]);
        }
        let mut wanted = Capabilities::new();
        wanted.set(
            "webkitgtk:browserOptions",
            json!({ "binary": start.app, "args": args }),
        )?;
        let begun = Instant::now();
        let page = tokio::time::timeout(
            NEWS,
            WebDriver::new(format!("http://127.0.0.1:{port}"), wanted),
        )
        .await;
        let page = page
            .context("the window did not open in time")?
            .with_context(|| format!("«{}» did not open", start.title))?;
        let window = Self {
            title: start.title,
            page,
            driver,
        };
        window
            .wait("the first screen", PATIENCE, async |window| {
                Ok(window.is_there("//h1").await)
            })
            .await?;
        Ok((window, begun))
    }

    /// Closes the app as a person would.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        self.page.clone().quit().await.context("closing the window")
    }

    /// Ends the app as a power cut would (`kill -9`), before anybody can ask it to close.
    pub(crate) fn cut(self) -> anyhow::Result<()> {
        ensure!(
            self.driver.cut() == 1,
            "the process of «{}» was not found",
            self.title
        );
        Ok(())
    }

    /// The process of the app.
    pub(crate) fn process(&self) -> Option<u32> {
        children(self.driver.0.id()).first().copied()
    }

    /// Where the app's program lies in memory: elsewhere in each app that starts, also when a fresh one takes the place and the
    /// number of the one before.
    pub(crate) fn image(&self) -> Option<String> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.process()?)).ok()?;
        maps.lines().next().map(str::to_owned)
    }

    /// Waits until a fresh app has taken the place of this one, which the driver then no longer knows.
    pub(crate) async fn is_replaced(&self, image: String, within: Duration) -> anyhow::Result<()> {
        let until = Instant::now() + within;
        while self.image().is_none_or(|now| now == image) {
            ensure!(
                Instant::now() < until,
                "no fresh app took the place of the open one"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// After enrolment another window takes the place of the first one.
    pub(crate) async fn follow(&self) -> anyhow::Result<()> {
        self.wait("the window of the profile", PATIENCE, async |window| {
            for handle in window.page.windows().await? {
                if window.page.switch_to_window(handle).await.is_ok()
                    && window.is_there("//*[@id='content']").await
                {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    /// Waits until something holds, and says what did not.
    pub(crate) async fn wait(
        &self,
        what: &str,
        patience: Duration,
        mut holds: impl AsyncFnMut(&Self) -> anyhow::Result<bool>,
    ) -> anyhow::Result<()> {
        let until = Instant::now() + patience;
        let mut trouble;
        loop {
            trouble = match holds(self).await {
                Ok(true) => return Ok(()),
                Ok(false) => None,
                Err(failure) => Some(failure),
            };
            if Instant::now() > until {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        let seen = self.text("//body").await.unwrap_or_default();
        let seen: String = seen
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .chars()
            .take(600)
            .collect();
        let trouble = trouble
            .map(|failure| format!(" ({failure:#})"))
            .unwrap_or_default();
        bail!(
            "«{}» did not show {what} within {} s{trouble}. It shows: {seen}",
            self.title,
            patience.as_secs()
        )
    }

    /// Waits until these words are on the screen.
    pub(crate) async fn sees(&self, words: &str) -> anyhow::Result<()> {
        self.sees_within(words, PATIENCE).await
    }

    pub(crate) async fn sees_within(&self, words: &str, patience: Duration) -> anyhow::Result<()> {
        self.wait(&format!("«{words}»"), patience, async |window| {
            window.shows(words).await
        })
        .await
    }

    /// Whether these words are on the screen now, as people see them.
    pub(crate) async fn shows(&self, words: &str) -> anyhow::Result<bool> {
        Ok(self.text("//body").await?.contains(words))
    }

    /// The words a part of the screen shows.
    pub(crate) async fn text(&self, xpath: &str) -> anyhow::Result<String> {
        let look = "const found = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue; return found ? found.innerText : null;";
        let value = self
            .page
            .execute(look, vec![json!(xpath)])
            .await?
            .json()
            .clone();
        value
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("«{}» has no {xpath}", self.title))
    }

    /// The words of each of several parts.
    pub(crate) async fn texts(&self, xpath: &str) -> anyhow::Result<Vec<String>> {
        let look = "const all = document.evaluate(arguments[0], document, null, 7, null); const out = [];
            for (let at = 0; at < all.snapshotLength; at += 1) out.push(all.snapshotItem(at).innerText);
            return out;";
        let value = self
            .page
            .execute(look, vec![json!(xpath)])
            .await?
            .json()
            .clone();
        Ok(serde_json::from_value(value)?)
    }

    pub(crate) async fn is_there(&self, xpath: &str) -> bool {
        self.page.find(By::XPath(xpath)).await.is_ok()
    }

    /// Presses what has exactly these words on it, or begins with them.
    pub(crate) async fn press(&self, words: &str) -> anyhow::Result<()> {
        let what = "self::button or self::summary or self::a or @role='row' or @role='option'";
        let whole = format!("//*[{what}][normalize-space(.)='{words}']");
        let part = format!("//*[{what}][contains(normalize-space(.), '{words}')]");
        self.wait(
            &format!("something to press with the words «{words}»"),
            PATIENCE,
            async |window| Ok(window.try_press(&whole).await? || window.try_press(&part).await?),
        )
        .await
    }

    /// Presses something that ends this page: no answer comes any more.
    pub(crate) async fn press_last(&self, words: &str) -> anyhow::Result<()> {
        let press = "const found = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
            if (found) setTimeout(() => found.click(), 200);
            return Boolean(found);";
        let xpath = format!("//button[normalize-space(.)='{words}']");
        let found = self.page.execute(press, vec![json!(xpath)]).await?;
        ensure!(found.json() == &json!(true), "there is no «{words}»");
        Ok(())
    }

    /// Presses a part of the screen.
    pub(crate) async fn press_at(&self, what: &str, xpath: &str) -> anyhow::Result<()> {
        self.wait(what, PATIENCE, async |window| window.try_press(xpath).await)
            .await
    }

    async fn try_press(&self, xpath: &str) -> anyhow::Result<bool> {
        let Ok(found) = self.page.find(By::XPath(xpath)).await else {
            return Ok(false);
        };
        if !found.is_displayed().await.unwrap_or(false) {
            return Ok(false);
        }
        into_sight(&self.page, &found).await?;
        found.click().await?;
        Ok(true)
    }

    /// Draws one line over a part of the screen with the pointer, through these thousandths of its width and height.
    pub(crate) async fn draw(&self, xpath: &str, points: &[(i64, i64)]) -> anyhow::Result<()> {
        self.look_at(xpath).await?;
        let look = "const found = document.evaluate(arguments[0], document, null, 9, null).singleNodeValue;
            const { x, y, width, height } = found.getBoundingClientRect();
            return [x, y, width, height].map(Math.round);";
        let place = self.page.execute(look, vec![json!(xpath)]).await?;
        let (x, y, width, height): (i64, i64, i64, i64) =
            serde_json::from_value(place.json().clone())?;
        let mut hand = self.page.action_chain_with_delay(None, Some(STROKE));
        for (at, (across, down)) in points.iter().enumerate() {
            hand = hand.move_to(x + width * across / 1_000, y + height * down / 1_000);
            if at == 0 {
                hand = hand.click_and_hold();
            }
        }
        hand.release().perform().await.context("drawing a line")
    }

    /// Scrolls until a part of the screen is in sight.
    pub(crate) async fn look_at(&self, xpath: &str) -> anyhow::Result<()> {
        let found = self.page.find(By::XPath(xpath)).await;
        into_sight(
            &self.page,
            &found.with_context(|| format!("«{}» has no {xpath}", self.title))?,
        )
        .await
    }

    /// Types into the field of this name, after what is there.
    pub(crate) async fn fill(&self, field: &str, words: &str) -> anyhow::Result<()> {
        let id = format!("field-{field}");
        let xpath = format!("//*[@id='{id}']");
        self.wait(&format!("the field {field}"), PATIENCE, async |window| {
            Ok(window.is_there(&xpath).await)
        })
        .await?;
        let found = self.page.find(By::Id(&id)).await?;
        into_sight(&self.page, &found).await?;
        found
            .send_keys(words)
            .await
            .with_context(|| format!("typing into {field}"))?;
        ensure!(
            self.value(field).await?.contains(words),
            "«{words}» did not arrive in the field {field}"
        );
        Ok(())
    }

    /// What a field holds now.
    pub(crate) async fn value(&self, field: &str) -> anyhow::Result<String> {
        let look = "const found = document.getElementById(arguments[0]); return found ? found.value : null;";
        let value = self
            .page
            .execute(look, vec![json!(format!("field-{field}"))])
            .await?
            .json()
            .clone();
        value
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("there is no field {field}"))
    }

    /// Chooses from a list by its words.
    pub(crate) async fn choose(&self, field: &str, words: &str) -> anyhow::Result<()> {
        self.press_at(
            &format!("the choice «{words}»"),
            &format!(
                "//select[@id='field-{field}']/descendant::option[normalize-space(.)='{words}']"
            ),
        )
        .await
    }

    pub(crate) async fn reload(&self) -> anyhow::Result<()> {
        self.page
            .refresh()
            .await
            .context("loading the page again")?;
        self.wait(
            "the page after loading it again",
            PATIENCE,
            async |window| Ok(window.is_there("//h1").await),
        )
        .await
    }

    /// Calls a command behind the screens, as a page that was taken over would. Gives what came back, or the refusal.
    pub(crate) async fn invoke(
        &self,
        command: &str,
        input: Value,
    ) -> anyhow::Result<Result<Value, Value>> {
        let call = "const done = arguments[arguments.length - 1];
            window.__TAURI_INTERNALS__.invoke(arguments[0], { input: arguments[1] })
                .then((answer) => done({ answer }), (refusal) => done({ refusal }));";
        let value = self
            .page
            .execute_async(call, vec![json!(command), input])
            .await?
            .json()
            .clone();
        Ok(match (value.get("answer"), value.get("refusal")) {
            (_, Some(refusal)) => Err(refusal.clone()),
            (answer, None) => Ok(answer.cloned().unwrap_or(Value::Null)),
        })
    }

    /// Runs a script in the page, as whoever had got that far could, and gives what it hands to `done` within this time.
    pub(crate) async fn script(
        &self,
        script: &str,
        args: Vec<Value>,
        patience: Duration,
    ) -> anyhow::Result<Value> {
        self.page.set_script_timeout(patience).await?;
        let answer = self.page.execute_async(script, args);
        let answer = tokio::time::timeout(patience + LOOK * 10, answer)
            .await
            .context("the page does not answer")??;
        Ok(answer.json().clone())
    }

    /// How many windows the driver knows of.
    pub(crate) async fn count(&self) -> anyhow::Result<usize> {
        Ok(self.page.windows().await?.len())
    }

    /// Takes a picture of the page.
    pub(crate) async fn picture(&self, path: &Path) -> anyhow::Result<()> {
        let png = self
            .page
            .screenshot_as_png()
            .await
            .context("taking a picture")?;
        std::fs::write(path, png).with_context(|| format!("writing {}", path.display()))
    }
}

async fn into_sight(page: &WebDriver, element: &WebElement) -> anyhow::Result<()> {
    let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' });";
    page.execute(scroll, vec![element.to_json()?]).await?;
    Ok(())
}

/// The processes that a process started.
pub(crate) fn children(of: u32) -> Vec<u32> {
    let parent = |stat: &str| {
        stat.rsplit_once(')').and_then(|(_, rest)| {
            rest.split_whitespace()
                .nth(1)
                .and_then(|id| id.parse::<u32>().ok())
        })
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let id: u32 = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            (parent(&stat) == Some(of)).then_some(id)
        })
        .collect()
}
