package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/web"
)

func options(t *testing.T, at string) *web.Options {
	t.Helper()
	o := &web.Options{Username: "edge", Headers: map[string]string{"X-Plant": "7"}}
	t.Setenv("WEB_PASSWORD", "hunter2")
	if err := errors.Join(o.URL.UnmarshalText([]byte(at)), o.Password.UnmarshalText([]byte("env:WEB_PASSWORD"))); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestARequestCarriesTheLogInAndWhatWasAskedFor(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		body, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		said, _ := io.ReadAll(body)
		if user != "edge" || password != "hunter2" || r.Header.Get("X-Plant") != "7" || string(said) != "hello" || r.URL.String() != "/base/write?a=1&db=x" {
			t.Errorf("%s %v %q", r.URL, r.Header, said)
		}
		_, _ = io.WriteString(w, "done")
	}))
	defer s.Close()
	c, err := web.New(options(t, s.URL+"/base?a=1"), "Bearer", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body, encoding, err := web.Compress(web.Gzip, []byte("hello"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Do(t.Context(), web.Request{Path: "write", Query: map[string][]string{"db": {"x"}}, Encoding: encoding, Body: body})
	if err != nil || string(got) != "done" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestAnAnswerSaysWhetherTheRecordsAreRefusedForGood(t *testing.T) {
	for _, c := range []struct {
		status    int
		after     string
		permanent bool
		wait      time.Duration
	}{
		{status: 400, permanent: true},
		{status: 413, permanent: true},
		{status: 422, permanent: true},
		{status: 401},
		{status: 403},
		{status: 404},
		{status: 500},
		{status: 502},
		{status: 503},
		{status: 503, after: "7", wait: 7 * time.Second},
		{status: 429, after: "1", wait: time.Second},
		{status: 302},
		{status: 429, after: "soon"},
	} {
		err := web.Refusal(c.status, http.Header{"Retry-After": {c.after}}, []byte("no\nsuch "+strings.Repeat("thing", 100)))
		f, isFailure := errors.AsType[*sinks.Failure](err)
		if err == nil || isFailure != (c.permanent || c.wait > 0) || isFailure && (f.Permanent != c.permanent || f.After != c.wait) {
			t.Errorf("%d: %+v", c.status, err)
		}
		if strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
			t.Errorf("%d: %q", c.status, err)
		}
	}
	if err := web.Refusal(204, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestAServerThatIsAwayIsTransientAndTheErrorTellsNoSecret(t *testing.T) {
	c, err := web.New(options(t, "http://127.0.0.1:1/x"), "Bearer", 1)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Do(context.Background(), web.Request{})
	if _, isFailure := errors.AsType[*sinks.Failure](err); err == nil || isFailure || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

func TestAMissingSecretIsPermanent(t *testing.T) {
	o := options(t, "http://127.0.0.1:1")
	if err := o.Token.UnmarshalText([]byte("env:NO_SUCH_TOKEN")); err != nil {
		t.Fatal(err)
	}
	_, err := web.New(o, "Bearer", 1)
	if f, ok := errors.AsType[*sinks.Failure](err); !ok || !f.Permanent {
		t.Errorf("%v", err)
	}
}

func TestWhatDoesNotGoTogetherIsReported(t *testing.T) {
	for at, key := range map[string]string{"ftp://h": "url", "http://u@h": "url", "https://h": ""} {
		o := options(t, "http://h")
		if err := o.URL.UnmarshalText([]byte(at)); err != nil {
			t.Fatal(err)
		}
		got := ""
		o.Check(func(k string, _ error) { got = k })
		if got != key {
			t.Errorf("%s: reported at %q, want %q", at, got, key)
		}
	}
	o := options(t, "http://h")
	o.TLS = config.ClientTLS{CA: "/ca"}
	got := ""
	o.Check(func(k string, _ error) { got = k })
	if got != "tls" {
		t.Errorf("certificates without TLS: %q", got)
	}
}
