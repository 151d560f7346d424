package main

import (
	"encoding/json"
	"testing"
	"time"
)

func TestAPolicyIsChangedInWhatIsGivenAndNothingElse(t *testing.T) {
	minute := time.Minute
	for want, p := range map[string]sitePolicy{
		"null":                             {},
		`{"keep_drift":false}`:             {Drift: "override"},
		`{"health_window_ns":60000000000}`: {Health: &minute},
	} {
		if got, err := json.Marshal(p.given()); err != nil || string(got) != want {
			t.Errorf("%+v is sent as %s, %v, want %s", p, got, err, want)
		}
	}
}
