package link_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/link"
)

// echo is a server that says what it hears.
func echo(t *testing.T) string {
	t.Helper()
	var c net.ListenConfig
	l, err := c.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(conn, conn) }()
		}
	}()
	return l.Addr().String()
}

// proxy is one that lets in whoever has a password.
func proxy(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != "Basic cGxhbnQ6c2VjcmV0" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		var d net.Dialer
		far, err := d.DialContext(context.Background(), "tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		near, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

func TestAConnectionThroughAProxyReachesWhatIsBehindIt(t *testing.T) {
	p, err := link.ParseProxy("http://plant:secret@"+proxy(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := p.DialContext(t.Context(), "tcp", echo(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "hello\n"); err != nil {
		t.Fatal(err)
	}
	if got, err := bufio.NewReader(conn).ReadString('\n'); err != nil || got != "hello\n" {
		t.Errorf("it said %q, %v", got, err)
	}
}

func TestAProxyThatRefusesIsNamedWithoutItsPassword(t *testing.T) {
	p, err := link.ParseProxy("http://plant:wrong@"+proxy(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.DialContext(t.Context(), "tcp", "127.0.0.1:1")
	if !errors.Is(err, link.ErrProxy) || strings.Contains(err.Error(), "wrong") || !strings.Contains(err.Error(), "407") {
		t.Errorf("it said %v", err)
	}
	for _, text := range []string{"", "proxy:3128", "https://proxy:3128", "http://proxy", "http://u:topsecret@proxy:80/path"} {
		if _, err := link.ParseProxy(text, nil); err == nil || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
