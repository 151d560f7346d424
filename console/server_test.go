package console_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/config/certificatetest"
	"github.com/holdfast-edge/holdfast/console"
)

func TestNothingIsServedOffLoopbackWithoutTLS(t *testing.T) {
	for _, listen := range []string{"0.0.0.0:0", ":0", "[::]:0"} {
		s, err := console.Open(console.Options{Listen: listen, Dir: t.TempDir(), Node: newFake(), Logger: slog.New(slog.DiscardHandler)})
		if err == nil {
			_ = s.Close()
			t.Fatalf("%s was opened", listen)
		}
		if !strings.Contains(err.Error(), "tls") || !strings.Contains(err.Error(), listen) {
			t.Errorf("%s: %v", listen, err)
		}
	}
}

func TestATakenPortIsKnownAtOnceAndTheConsoleIsServedThereWhenItIsFree(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var told bytes.Buffer
	s, err := console.Open(console.Options{Listen: l.Addr().String(), Node: newFake(), Logger: slog.New(slog.NewTextHandler(&told, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !strings.Contains(told.String(), "address already in use") {
		t.Errorf("the log says %q", told.String())
	}
	select {
	case <-s.Reachable():
		t.Error("it is reachable")
	default:
	}
	if err := s.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("got %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	answers(t, s)
}

// answers serves a console until it has answered once.
func answers(t *testing.T, s *console.Server) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	<-s.Reachable()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	r, err := client.Get(s.URL() + "/healthz")
	if err != nil {
		t.Error(err)
	} else {
		_ = r.Body.Close()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAConsoleWaitsForItsCertificateAndIsSilentUntilThen(t *testing.T) {
	cert, key := certificatetest.Certificate(t, "node")
	hidden := key + ".not-yet"
	if err := os.Rename(key, hidden); err != nil {
		t.Fatal(err)
	}
	var told bytes.Buffer
	s, err := console.Open(console.Options{
		Listen: "0.0.0.0:0", TLS: &config.TLS{Cert: cert, Key: key}, Dir: t.TempDir(), Node: newFake(),
		Logger: slog.New(slog.NewTextHandler(&told, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), key) || !strings.Contains(told.String(), key) {
		t.Errorf("got %v, and the log says %q", err, told.String())
	}
	if s.NewPassword() != "" {
		t.Error("a password was made that nobody is shown")
	}
	if err := os.Rename(hidden, key); err != nil {
		t.Fatal(err)
	}
	answers(t, s)
	if s.NewPassword() == "" {
		t.Error("no password was made")
	}
}

func TestOpenBindsAndServesNothingUntilServed(t *testing.T) {
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Node: newFake(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimPrefix(s.URL(), "http://")
	if l, err := net.Listen("tcp", address); err == nil {
		_ = l.Close()
		t.Error("the address is still free")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatalf("closing does not give the address back: %v", err)
	}
	_ = l.Close()
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}

func TestTheConsoleIsServedAgainAtTheSamePlace(t *testing.T) {
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Node: newFake(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	url := s.URL()
	for range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Serve(ctx) }()
		until(t, "an answer", func() bool {
			r, err := http.Get(url + "/healthz")
			if err != nil {
				return false
			}
			_ = r.Body.Close()
			return true
		})
		cancel()
		if err := <-ended; err != nil || s.URL() != url {
			t.Fatalf("%v at %s", err, s.URL())
		}
		http.DefaultClient.CloseIdleConnections()
	}
}

func TestARestartOfTheConsoleAnswersTheOneWhoAsked(t *testing.T) {
	node := newFake()
	stop := make(chan struct{})
	node.onVerb = func(ctx context.Context, _ console.Verb, _ string) error {
		close(stop)
		<-ctx.Done() // the restart waits for the console, which waits for this request
		return ctx.Err()
	}
	s, err := console.Open(console.Options{Listen: "127.0.0.1:0", Node: node, Actor: "/core/console", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx) }()
	go func() { <-stop; cancel() }()
	r, err := http.Post(s.URL()+"/api/v1/actors/restart", "application/json", strings.NewReader(`{"path":"/core/console"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusAccepted {
		t.Errorf("got %s", r.Status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestForeignPagesGetNothing(t *testing.T) {
	node := newFake()
	s := serve(t, node, nil)
	foreignHost := func(r *http.Request) { r.Host = "evil.example" }
	foreignOrigin := func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }
	for _, change := range []func(*http.Request){foreignHost, foreignOrigin} {
		for _, c := range [][2]string{
			{http.MethodGet, "/"},
			{http.MethodGet, "/api/v1/tags"},
			{http.MethodGet, "/api/v1/stream"},
			{http.MethodGet, "/metrics"},
			{http.MethodPut, "/api/v1/devices/boiler/tags/valve"},
			{http.MethodPost, "/api/v1/actors/stop"},
		} {
			body := ""
			if c[0] != http.MethodGet {
				body = `{"value":1}`
			}
			if status, text := s.do(c[0], c[1], body, change); status != 403 || !strings.Contains(text, `"status":403`) {
				t.Errorf("%s %s: %d %s", c[0], c[1], status, text)
			}
		}
	}
	if commands, written := node.done(); len(commands)+len(written) > 0 {
		t.Errorf("they did %v %v", commands, written)
	}
}

// secured is a console off loopback, with a client that trusts it.
func secured(t *testing.T, tokens ...config.ConsoleToken) (s *served, password string) {
	t.Helper()
	cert, key := certificatetest.Certificate(t, "node")
	began := time.Now() // and so it stays: a loaded machine forgives no guess
	s = serve(t, newFake(), func(o *console.Options) {
		o.Listen, o.TLS, o.Now, o.Tokens = "0.0.0.0:0", &config.TLS{Cert: cert, Key: key}, func() time.Time { return began }, tokens
	})
	pem, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	address := s.URL()[strings.LastIndex(s.URL(), ":"):]
	s.client.Transport = &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: roots, ServerName: "localhost"},
		ForceAttemptHTTP2: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1"+address)
		},
	}
	t.Cleanup(s.client.CloseIdleConnections)
	password = s.NewPassword()
	return s, password
}

func TestAMachineIsLetInByItsToken(t *testing.T) {
	const fromEnvironment, byHash = "hf_0123456789ABCDEFGHIJ", "hf_JIHGFEDCBA9876543210"
	t.Setenv("GRAFANA_TOKEN", fromEnvironment)
	var reference config.Secret
	if err := reference.UnmarshalText([]byte("env:GRAFANA_TOKEN")); err != nil {
		t.Fatal(err)
	}
	s, _ := secured(t,
		config.ConsoleToken{Name: "grafana", Token: reference, Role: "viewer"},
		config.ConsoleToken{Name: "scada", TokenHash: fmt.Sprintf("%x", sha256.Sum256([]byte(byHash))), Role: "admin"})
	for _, c := range []struct {
		token  string
		read   int
		write  int
		browse int // 422: let in, and told that the driver cannot
	}{{fromEnvironment, 200, 403, 422}, {byHash, 200, 200, 422}, {"hf_another", 401, 401, 401}} {
		as := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+c.token) }
		if status, text := s.do(http.MethodGet, "/api/v1/tags", "", as); status != c.read {
			t.Errorf("read with %s: %d %s", c.token, status, text)
		}
		if status, text := s.do(http.MethodGet, "/api/v1/devices/boiler/browse", "", as); status != c.browse {
			t.Errorf("browse with %s: %d %s", c.token, status, text)
		}
		if status, text := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":1}`, as); status != c.write {
			t.Errorf("write with %s: %d %s", c.token, status, text)
		}
	}
	if _, written := s.node.done(); len(written) != 1 || written[0].By != "user scada" {
		t.Errorf("written %+v", written)
	}
}

func TestOffLoopbackEverythingButThePageAsksForThePassword(t *testing.T) {
	s, password := secured(t)
	if !strings.HasPrefix(s.URL(), "https://") || len(password) < 20 {
		t.Fatalf("%s with a password of %d characters", s.URL(), len(password))
	}
	for path, want := range map[string]int{
		"/": 200, "/js/main.js": 200, "/healthz": 200, "/readyz": 200, "/api/v1/session": 200,
		"/api/v1/tags": 401, "/api/v1/stream": 401, "/api/v1/openapi.json": 401, "/metrics": 401, "/api/v1/tree": 401,
	} {
		if status, text := s.do(http.MethodGet, path, ""); status != want {
			t.Errorf("%s: %d %s", path, status, text)
		}
	}
	admin := func(r *http.Request) { r.SetBasicAuth("admin", password) }
	for _, path := range []string{"/api/v1/tags", "/metrics"} {
		if status, text := s.do(http.MethodGet, path, "", admin); status != 200 {
			t.Errorf("%s with the password: %d %s", path, status, text)
		}
	}
	if status, _ := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":1}`); status != 401 {
		t.Errorf("a write by nobody: %d", status)
	}
	if status, _ := s.do(http.MethodPut, "/api/v1/devices/boiler/tags/valve", `{"value":1}`, admin); status != 200 {
		t.Errorf("a write by admin: %d", status)
	}
	if _, written := s.node.done(); len(written) != 1 || written[0].By != "user admin" {
		t.Errorf("written: %v", written)
	}
	if strings.Contains(s.logs.String(), password) {
		t.Error("the password is in the log")
	}
}

func TestALogInGivesACookieAndATokenUntilTheLogOut(t *testing.T) {
	s, password := secured(t)
	body, err := json.Marshal(map[string]string{"user": "admin", "password": password})
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.client.Post(s.URL()+"/api/v1/session", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var session console.Session
	if err := json.NewDecoder(r.Body).Decode(&session); err != nil || r.StatusCode != http.StatusOK || r.ProtoMajor != 2 {
		t.Fatalf("%s over %s, %v", r.Status, r.Proto, err)
	}
	cookie := r.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "Secure", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	pair, _, _ := strings.Cut(cookie, ";")
	byCookie := func(r *http.Request) { r.Header.Set("Cookie", pair) }
	byToken := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+session.Token) }
	for _, by := range []func(*http.Request){byCookie, byToken} {
		if status, _ := s.do(http.MethodGet, "/api/v1/tags", "", by); status != 200 {
			t.Errorf("logged in: %d", status)
		}
	}
	if status, _ := s.do(http.MethodDelete, "/api/v1/session", "", byCookie); status != 200 {
		t.Errorf("log out: %d", status)
	}
	if status, _ := s.do(http.MethodGet, "/api/v1/tags", "", byToken); status != 401 {
		t.Errorf("after the log-out: %d", status)
	}
}

func TestGuessingIsSlow(t *testing.T) {
	s, _ := secured(t)
	var last int
	for range 6 {
		last, _ = s.do(http.MethodPost, "/api/v1/session", `{"user":"admin","password":"guess"}`)
	}
	if last != 429 {
		t.Errorf("the sixth guess got %d", last)
	}
	if status, _ := s.do(http.MethodGet, "/api/v1/tags", "", func(r *http.Request) { r.SetBasicAuth("admin", "guess") }); status != 429 {
		t.Errorf("by the other way in: %d", status)
	}
	if strings.Contains(s.logs.String(), "guess") {
		t.Error("the log shows what was tried")
	}
}

func TestReasonsOfReadinessAreForThoseWhoLoggedIn(t *testing.T) {
	s, password := secured(t)
	s.node.change(func(f *fake) { f.trouble = []string{"disk full"} })
	if status, text := s.do(http.MethodGet, "/readyz", ""); status != 503 || strings.Contains(text, "disk") {
		t.Errorf("to nobody: %d %s", status, text)
	}
	admin := func(r *http.Request) { r.SetBasicAuth("admin", password) }
	if status, text := s.do(http.MethodGet, "/readyz", "", admin); status != 503 || !strings.Contains(text, "disk full") {
		t.Errorf("to admin: %d %s", status, text)
	}
}

func TestTLSOnLoopbackNeedsNoPassword(t *testing.T) {
	cert, key := certificatetest.Certificate(t, "node")
	s := serve(t, newFake(), func(o *console.Options) { o.TLS = &config.TLS{Cert: cert, Key: key} })
	s.client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // its own
	defer s.client.CloseIdleConnections()
	if status, _ := s.do(http.MethodGet, "/api/v1/tags", ""); status != 200 || s.NewPassword() != "" {
		t.Errorf("got %d", status)
	}
}

func TestAHeaderThatIsTooLargeIsRefused(t *testing.T) {
	s := serve(t, newFake(), nil)
	status, _ := s.do(http.MethodGet, "/", "", func(r *http.Request) { r.Header.Set("X-Large", strings.Repeat("x", 1<<20)) })
	if status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("got %d", status)
	}
}

func TestThePageComesWithAnETagAndNoScriptsInline(t *testing.T) {
	s := serve(t, newFake(), nil)
	r, err := s.client.Get(s.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	etag := r.Header.Get("ETag")
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "<script>") || strings.Contains(string(text), "style=") || strings.Contains(string(text), "http://") {
		t.Error("the page has something inline, or from elsewhere")
	}
	if got := r.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("it is %s", got)
	}
	again, _ := s.do(http.MethodGet, "/", "", func(q *http.Request) { q.Header.Set("If-None-Match", etag) })
	if again != http.StatusNotModified {
		t.Errorf("asked again: %d", again)
	}
}
