package access_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/console/access"
)

// gate answers with the user where a request gets through.
func gate(d *access.Door) http.Handler {
	g := access.Gate{
		Door:   d,
		Public: func(r *http.Request) bool { return r.URL.Path == "/public" },
		Asks:   func(r *http.Request) bool { return r.URL.Path == "/query" },
		Refuse: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			http.Error(w, reason.Error(), status)
		},
		Now: func() time.Time { return noon },
	}
	return g.Guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("user=" + access.UserOf(r.Context())))
	}))
}

func pass(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOnLoopbackEverybodyIsLocalUnlessTheyComeFromElsewhere(t *testing.T) {
	h := gate(nil)
	here := request(func(r *http.Request) { r.Host = "localhost:8470" })
	if w := pass(h, here); w.Code != 200 || w.Body.String() != "user=local" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	rebound := request(func(r *http.Request) { r.Host = "evil.example" })
	if w := pass(h, rebound); w.Code != 403 {
		t.Errorf("a foreign Host got %d", w.Code)
	}
	cross := request(func(r *http.Request) {
		r.Host = "localhost:8470"
		r.Header.Set("Origin", "http://evil.example")
	})
	if w := pass(h, cross); w.Code != 403 {
		t.Errorf("a foreign Origin got %d", w.Code)
	}
}

func TestOffLoopbackNobodyGetsPastWithoutThePassword(t *testing.T) {
	h := gate(door(t))
	if w := pass(h, request(nil)); w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" {
		t.Errorf("nobody got %d", w.Code)
	}
	if w := pass(h, basic(access.User, password)); w.Code != 200 || w.Body.String() != "user=admin" {
		t.Errorf("admin got %d %s", w.Code, w.Body)
	}
	public := request(func(r *http.Request) { r.URL.Path = "/public" })
	if w := pass(h, public); w.Code != 200 || w.Body.String() != "user=" {
		t.Errorf("the public part answers %d %s", w.Code, w.Body)
	}
	cross := basic(access.User, password)
	cross.Header.Set("Origin", "https://evil.example")
	if w := pass(h, cross); w.Code != 403 {
		t.Errorf("a foreign Origin with the password got %d", w.Code)
	}
}

func TestTooManyAttemptsAreToldHowLongToWait(t *testing.T) {
	h := gate(door(t))
	var w *httptest.ResponseRecorder
	for range 6 {
		w = pass(h, basic(access.User, "wrong"))
	}
	if w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "wait") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if strings.Contains(w.Body.String(), "wrong\n") || strings.Contains(w.Body.String(), password) {
		t.Error("the answer shows a password")
	}
}

func TestEveryAnswerKeepsThePageToItself(t *testing.T) {
	for _, r := range []*http.Request{
		request(func(r *http.Request) { r.Host = "localhost" }),
		request(func(r *http.Request) { r.Host = "evil.example" }),
	} {
		h := pass(gate(nil), r).Header()
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("the policy lacks %s: %s", want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("the policy lets scripts in: %s", policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("got %v", h)
		}
	}
}
