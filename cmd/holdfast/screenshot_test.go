package main

import (
	"os"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/browsertest"
)

// TestTheConsolesPictureIsTaken takes the picture of the console for the documents, of the demonstration with a broken
// unit: make screenshot.
func TestTheConsolesPictureIsTaken(t *testing.T) {
	file := os.Getenv("HOLDFAST_SCREENSHOT")
	if file == "" {
		t.Skip("HOLDFAST_SCREENSHOT names no file: make screenshot takes the picture")
	}
	plant(t)
	eventually(t, "Good", "get", "tags", "boiler.temperature")
	p := browsertest.Open(t, os.Getenv("HOLDFAST_URL"), 1440, 1180)
	if scheme := os.Getenv("HOLDFAST_SCHEME"); scheme != "" {
		p.Prefer(scheme)
	}
	p.Until("values", `document.querySelector(".tags .value span")?.textContent`)
	p.Click(`[aria-label="Show boiler temperature"]`)
	p.Click(".switch") // the first is the dead unit
	eventually(t, "demoted", "get", "devices", "dryer")
	p.Eval(`[...document.querySelectorAll(".actor")].filter(n => n.innerText.startsWith("session"))[0].click()`, nil)
	p.Until("the controls", `!document.querySelector(".recorder").hidden`)
	p.Click(".recorder .commands button")
	<-time.After(20 * time.Second) // until the curve is worth a look
	p.Click(".trace button")
	p.Until("the trace", `document.querySelector(".trace").innerText.includes("arrived everywhere")`)
	p.Eval(`window.scrollTo(0, 0)`, nil)
	if err := os.WriteFile(file, p.Screenshot(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Complaints() {
		t.Errorf("the page complains: %s", c)
	}
}
