package node

import "testing"

func TestATargetIsAPathOrANameOfTheConfiguration(t *testing.T) {
	p := &plan{paths: map[string]string{"boiler": "/endpoints/tcp:10.0.0.7:502/boiler"}}
	for target, want := range map[string]string{
		"/rules/forward": "/rules/forward", "/": "/", "node": "/",
		"device/boiler": "/endpoints/tcp:10.0.0.7:502/boiler", "link/boiler": "/endpoints/tcp:10.0.0.7:502/session",
		"rule/forward": "/rules/forward", "sink/line": "/sinks/line", "subscription/s": "/subscriptions/s", "table/t": "/tables/t",
		"device/dryer": "", "device/": "", "rule/a/b": "", "boiler": "", "app/x": "", "": "",
	} {
		got, err := p.place(target)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", target, got, err, want)
		}
	}
}
