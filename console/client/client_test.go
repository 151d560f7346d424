package client_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/console/client"
)

// node answers as one does, over TLS or not.
func node(t *testing.T, start func(http.Handler) *httptest.Server) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/who", func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		_, _ = w.Write([]byte(`{"who":"` + r.Header.Get("Authorization") + `","basic":"` + user + `:` + password + `","q":"` + r.URL.Query().Get("q") + `"}`))
	})
	mux.HandleFunc("/api/v1/no", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"status":409,"title":"Conflict","detail":"it is full","errors":[{"message":"want less","location":"body.value"}]}`))
	})
	mux.HandleFunc("/api/v1/closed", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	mux.HandleFunc("/api/v1/elsewhere", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	})
	mux.HandleFunc("/api/v1/page", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	s := start(mux)
	t.Cleanup(s.Close)
	return s
}

type answer struct{ Who, Basic, Q string }

func who(t *testing.T, o client.Options) (a answer, err error) {
	t.Helper()
	c, err := client.New(o)
	if err != nil {
		return a, err
	}
	defer c.Close()
	err = c.Get(t.Context(), "/api/v1/who", url.Values{"q": {"a b"}}, &a)
	return a, err
}

func TestASecretIsSentAsTheNodeWantsIt(t *testing.T) {
	s := node(t, httptest.NewServer)
	a, err := who(t, client.Options{URL: s.URL + "/", User: "admin", Password: "p", Token: "t"})
	if err != nil || a.Who != "Bearer t" || a.Q != "a b" {
		t.Errorf("a token goes first: %+v, %v", a, err)
	}
	if a, err = who(t, client.Options{URL: s.URL, User: "admin", Password: "p"}); err != nil || a.Basic != "admin:p" {
		t.Errorf("a password: %+v, %v", a, err)
	}
	if a, err = who(t, client.Options{URL: s.URL}); err != nil || a.Who != "" {
		t.Errorf("nothing: %+v, %v", a, err)
	}
}

func TestANodeIsTrustedByItsAuthorityOrByItsPin(t *testing.T) {
	s := node(t, httptest.NewTLSServer)
	sum := sha256.Sum256(s.Certificate().Raw)
	pin := hex.EncodeToString(sum[:])
	ca := filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(ca, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		options client.Options
		says    string
	}{
		"a stranger":      {client.Options{}, "--fingerprint"},
		"an authority":    {client.Options{CA: ca}, ""},
		"a pin":           {client.Options{Fingerprint: strings.ToUpper(pin[:2]) + ":" + pin[2:]}, ""},
		"another's pin":   {client.Options{Fingerprint: strings.Repeat("00", 32)}, pin},
		"no pin":          {client.Options{Fingerprint: "xyz"}, "64 hexadecimal digits"},
		"no PEM":          {client.Options{CA: os.Args[0]}, "no certificate in PEM"},
		"a missing file":  {client.Options{CA: ca + ".none"}, ca + ".none"},
		"a secret, too":   {client.Options{CA: ca, Token: "t"}, ""},
		"no TLS over TLS": {client.Options{URL: strings.Replace(s.URL, "https", "http", 1)}, "400"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.options.URL == "" {
				c.options.URL = s.URL
			}
			_, err := who(t, c.options)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q", err, c.says)
			}
		})
	}
	plain := node(t, httptest.NewServer)
	if _, err := who(t, client.Options{URL: strings.Replace(plain.URL, "http", "https", 1)}); err == nil || !strings.Contains(err.Error(), "try http://") {
		t.Errorf("TLS to what speaks none: %v", err)
	}
}

func TestAProblemSaysWhatTheNodeSaid(t *testing.T) {
	s := node(t, httptest.NewServer)
	c, err := client.New(client.Options{URL: s.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var into answer
	for path, says := range map[string]string{
		"/api/v1/no":        "409: it is full; body.value: want less",
		"/api/v1/closed":    "HOLDFAST_TOKEN",
		"/api/v1/none":      "Not Found",
		"/api/v1/elsewhere": "302",
		"/api/v1/page":      "is it a node?",
	} {
		if err := c.Get(t.Context(), path, nil, &into); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), s.URL) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
	err = c.Send(t.Context(), http.MethodPut, "/api/v1/no", map[string]int{"a": 1}, nil)
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Status != http.StatusConflict || !strings.Contains(string(p.Body), "it is full") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Get(ctx, "/api/v1/who", nil, &into); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

func TestAnAddressThatIsNoneIsRefused(t *testing.T) {
	for _, u := range []string{"", "plant", "ftp://plant", "http://", "http://a:b@127.0.0.1", "http://%zz"} {
		if _, err := client.New(client.Options{URL: u}); err == nil || strings.Contains(err.Error(), "a:b") {
			t.Errorf("%q: %v", u, err)
		}
	}
	if _, err := client.New(client.Options{URL: "http://plant-7:8470", Password: "p"}); err == nil || !strings.Contains(err.Error(), "https://plant-7:8470") {
		t.Errorf("a password in the clear: %v", err)
	}
}
