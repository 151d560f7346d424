package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

// Page is a page that a browser of its own shows. Whatever goes wrong with it
// fails the test.
type Page struct {
	t       testing.TB
	pipe    *pipe
	session string
}

// Open shows an address in a window of width by height pixels. The browser ends
// with the test, which is skipped where there is none.
func Open(t testing.TB, url string, width, height int) *Page {
	t.Helper()
	p := &Page{t: t, pipe: start(t)}
	var target struct{ TargetID string }
	p.do("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.do(domain+".enable", nil, nil)
	}
	p.Resize(width, height)
	p.do("Page.navigate", map[string]any{"url": url}, nil)
	return p
}

func (p *Page) do(method string, params, result any) {
	p.t.Helper()
	if err := p.pipe.do(p.session, method, params, result); err != nil {
		p.t.Fatal(err)
	}
}

// Resize changes the window.
func (p *Page) Resize(width, height int) {
	p.t.Helper()
	p.do("Emulation.setDeviceMetricsOverride", map[string]any{
		"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
	}, nil)
}

// Prefer sets what the person prefers: "dark" or "light".
func (p *Page) Prefer(scheme string) {
	p.t.Helper()
	p.do("Emulation.setEmulatedMedia", map[string]any{
		"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}},
	}, nil)
}

// Eval runs an expression, waits for the promise that it may be, and decodes
// the value into result, where that is not nil.
func (p *Page) Eval(expression string, result any) {
	p.t.Helper()
	if err := p.eval(expression, result); err != nil {
		p.t.Fatal(err)
	}
}

func (p *Page) eval(expression string, result any) error {
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	err := p.pipe.do(p.session, "Runtime.evaluate", map[string]any{
		"expression": expression, "awaitPromise": true, "returnByValue": true, "userGesture": true,
	}, &answer)
	if err != nil {
		return err
	}
	if e := answer.ExceptionDetails; e != nil {
		return fmt.Errorf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if result == nil || answer.Result.Value == nil {
		return nil
	}
	return json.Unmarshal(answer.Result.Value, result)
}

// Until waits until an expression is true.
func (p *Page) Until(what, expression string) {
	p.t.Helper()
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		var holds bool
		err := p.eval("Boolean("+expression+")", &holds)
		if holds {
			return
		}
		if time.Now().After(deadline) {
			var text string
			p.Eval("document.body.innerText", &text)
			p.t.Fatalf("waited for %s: %v\n%s\n%v", what, err, text, p.Complaints())
		}
		<-tick.C
	}
}

// Click clicks the element of a selector, when it is there.
func (p *Page) Click(selector string) {
	p.t.Helper()
	quoted := quote(selector)
	p.Until(selector+" to be there", "document.querySelector("+quoted+")")
	p.Eval("document.querySelector("+quoted+").click()", nil)
}

// Fill types a text into the field of a selector.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.Eval("document.querySelector("+quote(selector)+").focus()", nil)
	p.do("Input.insertText", map[string]any{"text": text}, nil)
}

// Press presses and lets go of a key, such as "ArrowLeft".
func (p *Page) Press(key string) {
	p.t.Helper()
	for _, act := range []string{"keyDown", "keyUp"} {
		p.do("Input.dispatchKeyEvent", map[string]any{"type": act, "key": key}, nil)
	}
}

// Complaints returns the errors that the page has made so far: exceptions,
// requests that failed, breaches of the content security policy.
func (p *Page) Complaints() []string {
	p.pipe.mu.Lock()
	defer p.pipe.mu.Unlock()
	return slices.Clone(p.pipe.complaints)
}

// Screenshot returns what is seen, as a PNG.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	var shot struct{ Data []byte }
	p.do("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	return shot.Data
}

func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic("browsertest: a text is not JSON: " + err.Error())
	}
	return string(text)
}
