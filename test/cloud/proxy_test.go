package cloud_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// proxy is a way out of the plant that notes whereto it is asked to connect.
type proxy struct {
	*httptest.Server

	mu     sync.Mutex
	asked  map[string]int
	copies sync.WaitGroup
}

// behind starts a proxy.
func behind(t *testing.T) *proxy {
	p := &proxy{asked: map[string]int{}}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
		p.copies.Wait()
	})
	return p
}

// ServeHTTP connects (RFC 9110 §9.3.6).
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.asked[r.Host]++
	p.mu.Unlock()
	far, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	near, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		_ = far.Close()
		return
	}
	if _, err := io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n"); err != nil {
		_, _ = near.Close(), far.Close()
		return
	}
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		p.copies.Go(func() {
			_, _ = io.Copy(to, from)
			_, _ = near.Close(), far.Close()
		})
	}
}

// to tells how often it was asked for an address.
func (p *proxy) to(address string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[address]
}

func TestATunnelGoesThroughTheProxyLikeTheSession(t *testing.T) {
	address := echo(t)
	c := start(t, 1)
	out := behind(t)
	c.plantBehind(out.URL, address)
	member := c.members[0].LinkAddress()
	before := out.to(member)
	if before == 0 {
		t.Fatal("the session goes past the proxy")
	}
	s, err := c.tunnel(0, c.token, address)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if out.to(member) <= before {
		t.Errorf("the proxy was asked for the member %d times before the tunnel and %d times with it", before, out.to(member))
	}
}
