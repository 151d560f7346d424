package console_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/tag"
)

// hall is a node of many devices with one tag each, whose value is the device's number.
func hall(devices int) *fake {
	f := newFake()
	f.devices = nil
	for i := range devices {
		name := fmt.Sprintf("press-%03d", i)
		f.devices = append(f.devices, console.Device{
			Name: name, Driver: "modbus", Endpoint: "tcp://10.0.0.7:502", Path: "/endpoints/tcp:10.0.0.7:502/" + name, State: "polling",
			Groups: []console.Group{{Name: "g", Stream: name + ".g", Scan: time.Second, Tags: []console.Tag{{Name: "count", Address: "holding:0"}}}},
		})
		f.samples[name+".count"] = tag.Sample{Stream: name + ".g", Field: "count", Value: tag.IntOf(int64(i)), Time: noon.UnixNano()}
	}
	return f
}

// A stream names 64 devices at most, and more may be open on the page.
func TestEachDeviceOfALargePlantHasItsValuesWhenItIsInSight(t *testing.T) {
	_, p := show(t, hall(300))
	value := func(i int) string {
		return fmt.Sprintf(`document.querySelector('[aria-label="press-%03d"] .tags .value span')?.textContent === "%d"`, i, i)
	}
	p.Until("the first value", value(0))
	for _, i := range []int{180, 90, 0} {
		p.Eval(fmt.Sprintf(`document.querySelector('[aria-label="press-%03d"]').scrollIntoView({ block: "center" })`, i), nil)
		p.Until("its value", value(i))
	}
	p.Eval(`document.querySelector('[aria-label="press-299"]').scrollIntoView()`, nil)
	p.Click(`[aria-label="press-299"] h3 button`) // it is closed at first
	p.Until("the value of the one that was opened", value(299))
	calmPage(t, p)
}

func TestAPageThatLooksElsewhereKeepsTheTreeAsItIs(t *testing.T) {
	_, p := show(t, hall(150))
	p.Until("the tree", `document.querySelectorAll(".actor").length > 3`)
	p.Eval(`document.querySelector(".actor").mark = "mine"`, nil)
	p.Eval(`document.querySelector('[aria-label="press-140"]').scrollIntoView({ block: "center" })`, nil)
	p.Until("its value", `document.querySelector('[aria-label="press-140"] .tags .value span')?.textContent === "140"`)
	var kept string
	if p.Eval(`document.querySelector(".actor").mark ?? ""`, &kept); kept != "mine" {
		t.Error("the tree was made anew")
	}
	calmPage(t, p)
}
