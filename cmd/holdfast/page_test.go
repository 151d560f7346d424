package main

import (
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/browsertest"
)

// visitor is somebody who looks at the demonstration's page.
type visitor struct {
	*browsertest.Page
	t *testing.T
}

// visit opens the page of a new demonstration, whose devices are all polled.
func visit(t *testing.T) visitor {
	t.Helper()
	plant(t)
	v := visitor{browsertest.Open(t, os.Getenv("HOLDFAST_URL"), 1400, 1000), t}
	for _, device := range []string{"boiler", "dryer", "press"} {
		v.Until(device+" to be polled", well(device))
	}
	t.Cleanup(func() {
		for _, c := range v.Complaints() {
			t.Errorf("the page complains: %s", c)
		}
	})
	return v
}

// deviceOn is a device's panel on the page.
func deviceOn(name string) string {
	return `document.querySelector('.device[aria-label="` + name + `"]')`
}

// stateOf is what the page says of a device: polling, degraded, demoted …
func stateOf(device string) string {
	return deviceOn(device) + `.querySelector("header .state").innerText`
}

// well is that a device is polled, and each of its values Good.
func well(device string) string {
	return stateOf(device) + ` === "polling" && ` + deviceOn(device) + `.querySelectorAll("tr.isgood").length === ` +
		deviceOn(device) + `.querySelectorAll("tbody tr").length`
}

// bad is that each of a device's values is Bad.
func bad(device string) string {
	return deviceOn(device) + `.querySelectorAll("tr.isbad").length === ` + deviceOn(device) + `.querySelectorAll("tbody tr").length`
}

// lost is that a device is not polled, why, and that each of its values is Bad.
func lost(device string) string {
	return stateOf(device) + ` !== "polling" && ` + deviceOn(device) + `.querySelector(".why").innerText !== "" && ` + bad(device)
}

// strained is that a device loses scans.
func strained(device string) string {
	return `/left out|late|faults/.test(` + deviceOn(device) + `.querySelector(".counters").innerText) && !(` + well(device) + `)`
}

// turn clicks a fault's switch.
func (v visitor) turn(fault string) {
	v.t.Helper()
	v.Until("the switch of "+fault, `[...document.querySelectorAll(".switch")].some(n => n.innerText === `+strconv.Quote(fault)+`)`)
	v.Eval(`[...document.querySelectorAll(".switch")].find(n => n.innerText === `+strconv.Quote(fault)+`).click()`, nil)
}

// actor is an actor's row in the tree, by its path.
func (visitor) actor(name string) string {
	return `[...document.querySelectorAll(".actor")].find(n => n.querySelector(".name span").textContent === ` + strconv.Quote(name) + `)`
}

// command clicks a button among an actor's facts, when it is there.
func (v visitor) command(name, button string) {
	v.t.Helper()
	found := `[...` + v.actor(name) + `.nextElementSibling.querySelectorAll(".commands button")].find(n => n.innerText === ` + strconv.Quote(button) + ` && !n.disabled)`
	v.Until(button+" of "+name, found)
	v.Eval(found+`.click()`, nil)
}

func TestAVisitorBreaksThePlantOnThePageAndWatchesItHeal(t *testing.T) {
	v := visit(t)
	for _, f := range []struct{ fault, seen, heals, unharmed string }{
		{"dead unit", lost("dryer"), "dryer", "boiler"},
		{"garbage", lost("press"), "press", "boiler"},
		{"half open", lost("boiler"), "boiler", "press"},
		{"exceptions", bad("boiler"), "boiler", "press"}, // it answers, and is polled on
		{"slow unit", strained("dryer"), "dryer", "press"},
	} {
		v.turn(f.fault)
		v.Until(f.heals+" to suffer from "+f.fault, f.seen)
		v.Until(f.unharmed+" to be well through "+f.fault, well(f.unharmed))
		v.turn(f.fault)
		v.Until(f.heals+" to heal from "+f.fault, well(f.heals))
	}
}

// sessionOf is the path of the session that a device is behind.
func sessionOf(t *testing.T, device string) string {
	t.Helper()
	code, out, errs := call("record", "list", "-o", "json")
	var all []console.Connection
	if err := json.Unmarshal([]byte(out), &all); code != 0 || err != nil {
		t.Fatalf("%d %v %s", code, err, errs)
	}
	i := slices.IndexFunc(all, func(c console.Connection) bool { return slices.Contains(c.Devices, device) })
	if i < 0 {
		t.Fatalf("no connection has %s: %s", device, out)
	}
	return all[i].Path
}

func TestAnActorsLastFailureIsOnThePage(t *testing.T) {
	v := visit(t)
	v.turn("line down")
	v.Until("the press to be lost", lost("press"))
	failed := `[...document.querySelectorAll(".facts")].find(n => n.innerText.includes(` + strconv.Quote(sessionOf(t, "press")) + `))`
	v.Eval(`document.querySelectorAll(".actor").forEach(n => n.innerText.startsWith("session") && n.click())`, nil)
	v.Until("why it failed", failed+`?.querySelector(".cause")?.innerText.includes("EOF")`)
	v.Until("when it tries again", failed+`.innerText.includes("next attempt")`)
	v.turn("line down")
	v.Until("the press to heal", well("press"))
	v.Until("the failure to be told still", failed+`.querySelector(".cause").innerText.includes("EOF")`)
}

func TestAnActorIsRestartedStoppedAndStartedOnThePage(t *testing.T) {
	v := visit(t)
	v.Eval(v.actor("forward")+`.click()`, nil)
	v.command("forward", "Restart")
	v.Until("the restart to be counted", v.actor("forward")+`.querySelector(".restarts").textContent === "↻ 1"`)
	v.command("forward", "Stop")
	v.Click("dialog .strong")
	v.Until("it to be stopped", v.actor("forward")+`.innerText.includes("stopped")`)
	v.command("forward", "Start")
	v.Until("it to run", v.actor("forward")+`.innerText.includes("running")`)
}
