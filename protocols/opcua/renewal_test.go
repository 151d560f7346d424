package opcua_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"

	"github.com/holdfast-edge/holdfast/protocols/conformance"
	"github.com/holdfast-edge/holdfast/protocols/opcua/channel"
	"github.com/holdfast-edge/holdfast/protocols/opcua/pki"
)

// openChannel opens a channel to the server.
func openChannel(ctx context.Context, t *testing.T, s *server, security channel.Security) *channel.Channel {
	t.Helper()
	conn, err := net.Dial("tcp", s.address())
	if err != nil {
		t.Fatal(err)
	}
	c, err := channel.Open(ctx, conn, channel.Options{URL: "opc.tcp://" + s.address(), Security: security, Lifetime: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func endpoints(ctx context.Context, t *testing.T, c *channel.Channel) []*ua.EndpointDescription {
	t.Helper()
	response, err := c.Ask(ctx, &ua.GetEndpointsRequest{EndpointURL: "opc.tcp://x"}, nil, conformance.Patience)
	if err != nil {
		t.Fatal(err)
	}
	return response.(*ua.GetEndpointsResponse).Endpoints
}

func TestKeysAreRenewedWhileCallsGoOn(t *testing.T) {
	s := sharedServer(t)
	own, err := pki.LoadOrCreate(t.TempDir(), "localhost")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), conformance.Patience)
	defer cancel()
	seen := map[string]bool{}
	for _, e := range endpoints(ctx, t, openChannel(ctx, t, s, channel.Insecure())) {
		name := e.SecurityPolicyURI[strings.LastIndexByte(e.SecurityPolicyURI, '#')+1:] + e.SecurityMode.String()
		if seen[name] {
			continue // the same under another name of the host
		}
		seen[name] = true
		t.Run(name, func(t *testing.T) {
			c := openChannel(ctx, t, s, channel.Security{
				Policy: e.SecurityPolicyURI, Mode: e.SecurityMode, Certificate: own.Certificate, Key: own.Key, Remote: channel.Leaf(e.ServerCertificate),
			})
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 20 {
					if _, err := c.Ask(ctx, &ua.GetEndpointsRequest{EndpointURL: "opc.tcp://x"}, nil, conformance.Patience); err != nil {
						t.Errorf("ask: %v", err)
						return
					}
				}
			}()
			for range 5 {
				if err := c.Renew(ctx, conformance.Patience); err != nil {
					t.Errorf("renew: %v", err)
				}
			}
			<-done
			if n := len(endpoints(ctx, t, c)); n == 0 {
				t.Error("no endpoints under the new keys")
			}
			if !c.RenewAt().After(time.Now()) {
				t.Errorf("renewal is due at %v", c.RenewAt())
			}
		})
	}
}
