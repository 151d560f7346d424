package console_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
)

func TestAConfigurationIsProposedAndAnsweredWithWhatDiffers(t *testing.T) {
	s := serve(t, newFake(), nil)
	status, text := s.do(http.MethodPost, "/api/v1/changes", `{"files":[{"name":"site.yaml","text":"site: plant-7"}],"window_ns":5000000000}`)
	for _, want := range []string{`"kind":"rules"`, `"keys":["sql"]`, `"generation":5`, `"origin":"api local"`, `"window_ns":5000000000`} {
		if status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%d, without %s: %s", status, want, text)
		}
	}
	status, text = s.do(http.MethodPost, "/api/v1/changes", `{"files":[{"name":"site.yaml","text":"site: plant-7"}],"dry_run":true}`)
	if status != http.StatusOK || strings.Contains(text, "generation") {
		t.Errorf("a dry run: %d %s", status, text)
	}
}

func TestAConfigurationThatIsNotAcceptedIsAnsweredWithItsMistakes(t *testing.T) {
	s := serve(t, newFake(), nil)
	for text, want := range map[string]struct {
		status int
		says   string
	}{
		"wrong": {http.StatusUnprocessableEntity, "site.yaml:3:5: devices[0].driver: there is no such driver"},
		"busy":  {http.StatusConflict, "another change is on trial"},
	} {
		status, got := s.do(http.MethodPost, "/api/v1/changes", `{"files":[{"name":"site.yaml","text":"`+text+`"}]}`)
		if status != want.status || !strings.Contains(got, want.says) {
			t.Errorf("%s: %d %s", text, status, got)
		}
	}
	large := `{"files":[{"name":"site.yaml","text":"` + strings.Repeat("#", 1<<20) + `"}],"window_ns":0}`
	if status, got := s.do(http.MethodPost, "/api/v1/changes", large); status != http.StatusOK {
		t.Errorf("a large one: %d %.200s", status, got)
	}
}

func TestTheChangeOnTrialIsConfirmedAndWithdrawnByItsNumber(t *testing.T) {
	s := serve(t, newFake(), nil)
	for path, want := range map[string]int{
		"/api/v1/changes/5/confirm":  http.StatusNoContent,
		"/api/v1/changes/4/confirm":  http.StatusConflict,
		"/api/v1/changes/5/withdraw": http.StatusNoContent,
		"/api/v1/changes/4/withdraw": http.StatusConflict,
	} {
		if status, text := s.do(http.MethodPost, path, `{"reason":"not today"}`); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	var all console.Changes
	if s.get("/api/v1/changes", &all); all.Trial == nil || all.Trial.State != "awaiting" || all.Ended == nil {
		t.Errorf("got %+v", all)
	}
}

func TestGenerationsTellWhichRunsAndWhichIsConfirmed(t *testing.T) {
	s := serve(t, newFake(), nil)
	var all []console.Generation
	if s.get("/api/v1/generations", &all); len(all) != 2 || !all[0].Confirmed || all[0].Running || !all[1].Running {
		t.Errorf("got %+v", all)
	}
	if status, text := s.do(http.MethodGet, "/api/v1/generations/4", ""); status != http.StatusOK || !strings.Contains(text, `{"site":"plant-7"}`) {
		t.Errorf("%d %s", status, text)
	}
	if status, _ := s.do(http.MethodGet, "/api/v1/generations/9", ""); status != http.StatusNotFound {
		t.Errorf("one that is not kept: %d", status)
	}
}
