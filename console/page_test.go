package console_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/actors/write"
	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/browsertest"
	"github.com/holdfast-edge/holdfast/supervisor"
	"github.com/holdfast-edge/holdfast/tag"
)

// show opens the page of a node, and waits until it shows values.
func show(t *testing.T, node *fake) (*served, *browsertest.Page) {
	t.Helper()
	s := serve(t, node, func(o *console.Options) { o.Now = time.Now })
	p := browsertest.Open(t, s.URL(), 1400, 900)
	p.Until("values to be shown", `document.querySelector(".tags .value span")?.textContent`)
	return s, p
}

// calmPage fails where the page has complained.
func calmPage(t *testing.T, p *browsertest.Page) {
	t.Helper()
	for _, c := range p.Complaints() {
		t.Errorf("the page complains: %s", c)
	}
}

const bodyText = `document.body.innerText`

func TestThePageShowsThePlantAndFollowsIt(t *testing.T) {
	node := newFake()
	node.set("temperature", tag.FloatOf(21.5), time.Now())
	_, p := show(t, node)
	for _, text := range []string{
		"plant-7", "21.5", "°C", "polling", "SELECT temperature FROM boiler", "delivering", "v1.2.3", "7 lost of boiler.climate: disk full",
		"sensors/#", "1 made no row", "3 clients", "2 denied",
	} {
		p.Until(text, bodyText+`.includes(`+js(text)+`)`)
	}
	node.set("temperature", tag.FloatOf(30), time.Now())
	p.Until("the new value in its row", `[...document.querySelectorAll(".tags .value span")].some(n => n.textContent === "30")`)
	p.Until("the new value in the chart's head", `document.querySelector(".now").textContent.startsWith("30")`)
	node.set("temperature", tag.FloatOf(30).WithQuality(tag.BadNoCommunication), time.Now())
	p.Until("the quality in words", `document.querySelector(".tags tr.isbad .quality").innerText === "no communication"`)
	p.Until("no value where it is Bad", `document.querySelector(".tags tr.isbad .value span").textContent === "–"`)
	node.change(func(f *fake) { f.tree.Children[1].Children[0].Children[0].State = "connecting" })
	p.Until("the session's state", `[...document.querySelectorAll(".actor")].some(n => n.innerText.includes("session") && n.innerText.includes("connecting"))`)
	node.happen("alarm", "/endpoints", "alarm at /endpoints: it fails again and again")
	p.Until("the event", `document.querySelector(".events").innerText.includes("again and again")`)
	calmPage(t, p)
}

func TestNamesFromThePlantAreTextAndNeverMarkup(t *testing.T) {
	const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`
	node := newFake()
	node.tree.Children[1].Children[0].Name = evil
	node.tree.Children[1].Children[0].Detail = evil
	node.tree.Children[1].Children[0].LastFailure = &supervisor.Failure{Head: supervisor.Head{Time: noon}, Cause: evil, Stack: evil, Message: evil}
	node.devices[0].Endpoint, node.devices[0].Detail = evil, evil
	node.devices[0].Groups[0].Tags[0].Unit, node.devices[0].Groups[0].Tags[0].Description = evil, evil
	node.rules[0].SQL, node.rules[0].Failure = evil, evil
	node.sinks[0].Rejection, node.sinks[0].State = evil, evil
	node.log.Dropped = map[string]uint64{evil: 1}
	node.faults = []console.Fault{{Name: evil, Doc: evil}}
	node.happen("failed", "/endpoints", evil)
	node.set("temperature", tag.StringOf(evil), time.Now())
	_, p := show(t, node)
	p.Until("the event", `document.querySelector(".events").innerText.includes("onerror")`)
	p.Eval(`document.querySelectorAll(".actor").forEach(n => n.click())`, nil)
	p.Until("the failure", `document.querySelector(".cause")?.innerText.includes("onerror")`)
	p.Until("its stack", `document.querySelector(".facts pre")?.textContent.includes("onerror")`)
	p.Until("the switch", `document.querySelector(".switch")?.innerText.includes("onerror")`)
	var images, scripts int
	p.Eval(`document.querySelectorAll("img:not([src='/mark.svg'])").length`, &images)
	p.Eval(`document.querySelectorAll("script").length`, &scripts)
	var title string
	p.Eval(`document.title`, &title)
	if images != 0 || scripts != 1 || strings.Contains(title, "taken") {
		t.Errorf("%d images and %d scripts, titled %s", images, scripts, title)
	}
	calmPage(t, p)
}

func TestAWriteOnThePageShowsItsSteps(t *testing.T) {
	node := newFake()
	_, p := show(t, node)
	p.Click(`[aria-label="Show boiler valve"]`)
	p.Until("the form", `document.querySelector(".write input")`)
	p.Fill(".write input", "42")
	p.Until("the button to say what it does", `document.querySelector(".write .strong").textContent === "Write 42 to boiler.valve"`)
	p.Click(".write .strong")
	p.Until("the steps", `document.querySelector(".steps").innerText.replace(/\s+/g, " ").includes("accepted sent +1.50 ms acknowledged +3.00 ms verified +4.50 ms")`)
	calmPage(t, p)
	if _, written := node.done(); len(written) != 1 || written[0].DryRun {
		t.Fatalf("written: %v", written)
	}
	node.change(func(f *fake) { f.onWrite = ended(write.Unknown, write.Accepted, write.Sent) })
	p.Click(".write .strong")
	p.Until("why it went no further", `document.querySelector(".write .reason").innerText.includes("since the test says so")`)
	p.Until("where it ended", `document.querySelector(".steps .state.warn").innerText === "unknown"`)
	node.change(func(f *fake) { f.onWrite = nil })
	p.Click(".write [type=button]")
	until(t, "a check without a write", func() bool {
		_, written := node.done()
		return written[len(written)-1].DryRun
	})
	p.Until("the check to be over", `document.querySelector(".steps").innerText.includes("verified") && !document.querySelector(".write .strong").disabled`)
	p.Eval(`document.querySelector(".write input").value = "three"; document.querySelector(".write .strong").click()`, nil)
	p.Until("a word to be refused", `document.querySelector(".write .reason").innerText === "That is not a number."`)
}

func TestActorsAreCommandedFromThePage(t *testing.T) {
	node := newFake()
	_, p := show(t, node)
	session := `[...document.querySelectorAll(".actor")].find(n => n.innerText.startsWith("session"))`
	p.Eval(session+`.click()`, nil)
	button := func(name string) string {
		return `[...` + session + `.nextElementSibling.querySelectorAll("button")].find(n => n.innerText === ` + js(name) + `)`
	}
	p.Eval(button("Restart")+`.click()`, nil)
	commanded := func(want string) func() bool {
		return func() bool {
			commands, _ := node.done()
			return len(commands) > 0 && commands[len(commands)-1] == want
		}
	}
	const path = "/endpoints/tcp:10.0.0.7:502/session"
	until(t, "the restart", commanded("restart "+path))
	p.Eval(button("Stop")+`.click()`, nil)
	p.Until("the question", `document.querySelector("dialog[open]").innerText.includes("Stop /endpoints")`)
	p.Click("dialog .actions button:first-child")
	p.Until("the dialogue to be gone", `!document.querySelector("dialog[open]")`)
	if commands, _ := node.done(); len(commands) != 1 {
		t.Errorf("cancelled, and yet %v", commands)
	}
	p.Eval(button("Stop")+`.click()`, nil)
	p.Click("dialog .strong")
	until(t, "the stop", commanded("stop "+path))
	node.change(func(f *fake) {
		s := &f.tree.Children[1].Children[0].Children[0]
		s.Phase, s.State = supervisor.Down, "stopped"
		f.onVerb = func(context.Context, console.Verb, string) error { return supervisor.ErrParentDown }
	})
	p.Until("the start to be offered", button("Start"))
	p.Eval(button("Start")+`.click()`, nil)
	p.Until("why it cannot", session+`.nextElementSibling.innerText.includes("its parent is not running")`)
}

func TestFaultSwitchesAreThereOnlyForADemonstration(t *testing.T) {
	node := newFake()
	_, p := show(t, node)
	p.Until("the counters", `document.querySelector("#node .numbers")`)
	var hidden bool
	if p.Eval(`document.getElementById("faults").hidden`, &hidden); !hidden {
		t.Error("a real plant can be broken")
	}
	node.change(func(f *fake) { f.faults = []console.Fault{{Name: "dead-unit", Doc: "The dryer gives no answer."}} })
	p.Click(".switch")
	p.Until("the switch to be on", `document.querySelector(".switch").getAttribute("aria-checked") === "true"`)
	if faults := node.Faults(); !faults[0].On {
		t.Error("it is not")
	}
	calmPage(t, p)
}

func TestThePageSaysWhenItHasLostTheNodeAndComesBack(t *testing.T) {
	node := newFake()
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Node: node, Logger: discard()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	serving := func() (stop func()) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx) }()
		return func() { cancel(); <-ended }
	}
	stop := serving()
	p := browsertest.Open(t, s.URL(), 1400, 900)
	p.Until("values", `document.querySelector(".tags .value span")?.textContent`)
	stop()
	p.Until("the warning", `!document.getElementById("lost").hidden && document.getElementById("lost").innerText.includes("may be old")`)
	stop = serving()
	defer stop()
	p.Until("the warning to go", `document.getElementById("lost").hidden`)
	node.set("temperature", tag.FloatOf(77), time.Now())
	p.Until("a value from after", `document.querySelector(".tags .value span").textContent === "77"`)
}

func TestTheChartTellsItsValuesToThePointerAndTheKeys(t *testing.T) {
	node := newFake()
	now := time.Now()
	for i := range 200 {
		v := tag.FloatOf(20 + float64(i)/10)
		if i >= 100 && i < 120 {
			v = tag.NullOf(tag.BadTimeout)
		}
		at := now.Add(time.Duration(i-200) * time.Second)
		node.past = append(node.past, tag.Sample{Field: "temperature", Value: v, Time: at.UnixNano()})
	}
	_, p := show(t, node)
	p.Until("the curve in two pieces", `(document.querySelector(".curve")?.getAttribute("d").match(/M/g) ?? []).length === 2`)
	p.Until("the gap", `document.querySelectorAll(".chart .gap").length === 1`)
	p.Eval(`document.querySelector(".chart svg").focus()`, nil)
	p.Press("Home")
	p.Until("the first value", `document.querySelector(".readout").innerText.includes("20 °C")`)
	for range 5 {
		p.Press("PageDown")
	}
	p.Until("the gap's reason", `document.querySelector(".readout").innerText.includes("timeout")`)
	p.Until("the chart to describe itself", `document.querySelector(".chart svg").getAttribute("aria-label").includes("between 20 and 39.9 °C, 1 gaps")`)
	p.Click(".ranges button:last-child")
	p.Until("the export to follow the range", `document.querySelector("[download]").href.includes("from=-1440m")`)
	calmPage(t, p)
}

func TestThePageFitsAPhone(t *testing.T) {
	node := newFake()
	node.devices[0].Detail = "the unit gives no answer; probe in 3.1 s"
	node.set("temperature", tag.FloatOf(-123456.789), noon)
	node.set("valve", tag.NullOf(tag.UncertainUnitsExceeded), noon)
	_, p := show(t, node)
	p.Resize(360, 740)
	p.Until("nothing to stick out", `document.documentElement.scrollWidth <= 360`)
	p.Until("the way to the sections", `getComputedStyle(document.querySelector(".jump")).display === "grid"`)
}

func TestEverythingThatCanBeClickedHasANameAndCanBeReachedByKeys(t *testing.T) {
	node := newFake()
	node.faults = []console.Fault{{Name: "dead-unit", Doc: "d"}}
	_, p := show(t, node)
	p.Click(`[aria-label="Show boiler valve"]`)
	p.Until("the form", `document.querySelector(".write input")`)
	var nameless []string
	p.Eval(`[...document.querySelectorAll("button, input, select, a")]
		.filter(n => !(n.innerText.trim() || n.getAttribute("aria-label") || n.labels?.[0]?.innerText) && n.offsetParent)
		.map(n => n.outerHTML)`, &nameless)
	if len(nameless) > 0 {
		t.Errorf("without a name: %v", nameless)
	}
	var clickable int
	p.Eval(`document.querySelectorAll("[onclick], div[role=button], span[role=button]").length`, &clickable)
	if clickable > 0 {
		t.Error("something is clicked that is no button")
	}
	p.Eval(`document.querySelector(".actor").focus()`, nil)
	p.Press("ArrowDown")
	p.Until("the next actor", `document.activeElement === document.querySelectorAll(".actor")[1]`)
}

func TestOffLoopbackThePageAsksWhoOneIs(t *testing.T) {
	s, password := secured(t)
	p := browsertest.Open(t, "https://localhost"+s.URL()[strings.LastIndex(s.URL(), ":"):], 1400, 900)
	p.Until("the question", `document.querySelector("dialog[open] [name=password]")`)
	p.Fill("dialog [name=password]", "wrong")
	p.Click("dialog .strong")
	p.Until("the refusal", `document.querySelector("dialog .wrong").innerText === "that is not the user's password"`)
	p.Fill("dialog [name=password]", password) // what was wrong is selected, and replaced
	p.Click("dialog .strong")
	p.Until("the values", `document.querySelector(".tags .value span")?.textContent`)
	p.Until("no more question", `!document.querySelector("dialog[open]")`)
	var cookie string
	if p.Eval(`document.cookie`, &cookie); cookie != "" {
		t.Errorf("scripts see the cookie: %s", cookie)
	}
	if status, _ := s.do(http.MethodPost, "/api/v1/actors/restart", `{"path":"/endpoints"}`); status != http.StatusUnauthorized {
		t.Errorf("without the cookie: %d", status)
	}
	p.Click("#logout")
	p.Until("the question again", `document.querySelector("dialog[open] [name=password]")`)
}

// js is a text as JavaScript writes it.
func js(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestAConnectionIsRecordedFromThePage(t *testing.T) {
	node := newFake()
	_, p := show(t, node)
	p.Eval(`[...document.querySelectorAll(".actor")].find(n => n.innerText.startsWith("session")).click()`, nil)
	const button = `.recorder .commands button`
	p.Until("the controls", `document.querySelector("`+button+`")?.innerText === "Record" && !document.querySelector(".recorder").hidden`)
	p.Click(`.recorder .tick input`)
	p.Click(button)
	p.Until("the recording", `document.querySelector(".recorder").innerText.includes("12 frames") && document.querySelector("`+button+`").innerText === "Stop recording"`)
	p.Until("the file", `document.querySelector(".recorder a").href.endsWith("/api/v1/connections/tcp%3A10.0.0.7%3A502/recording")`)
	node.change(func(f *fake) {
		if !f.recording.Ring {
			t.Error("it does not keep the newest")
		}
	})
	p.Click(button)
	p.Until("the end", `document.querySelector("`+button+`").innerText === "Record"`)
	calmPage(t, p)
}

func TestAValueIsTracedFromThePage(t *testing.T) {
	node := newFake()
	_, p := show(t, node)
	p.Click(`.trace button`)
	p.Until("the wait", `document.querySelector(".trace").innerText.includes("Waiting for the next value")`)
	until(t, "the trace to be armed", func() bool { return len(node.Traces()) == 1 })
	node.change(func(f *fake) {
		f.traces[0].State, f.traces[0].Missing = "ended", []string{"acknowledged line"}
		f.traces[0].Value, f.traces[0].Quality = json.RawMessage("21.5"), "Good"
		f.traces[0].Hops = []console.Hop{
			{Stage: "source", Time: noon, Follows: -1, Stream: "boiler.climate"},
			{Stage: "published", Time: noon, Since: 310_000, SinceSource: 310_000, Stream: "boiler.climate"},
			{Stage: "rule in", Time: noon, Follows: 1, Since: 90_000, SinceSource: 400_000, Where: "forward"},
			{Stage: "committed", Time: noon, Follows: 1, Since: 99_690_000, SinceSource: 100_000_000, Stream: "boiler.climate", Sequence: 1234},
		}
		close(f.changed)
		f.changed = make(chan struct{})
	})
	p.Until("the hops", `document.querySelectorAll(".hops li").length === 4`)
	p.Until("their times and places", `document.querySelector(".hops").innerText.replace(/\s+/g, " ").includes("rule in forward +0.09 ms 0.40 ms")`)
	p.Until("what is missing", `document.querySelector(".trace").innerText.includes("21.5 (Good): it has not come to acknowledged line.")`)
	p.Until("that it can be done again", `!document.querySelector(".trace button").disabled`)
	calmPage(t, p)
}
