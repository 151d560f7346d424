package cloud_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/test/cloud/stage"
)

// seen is a site with a device, and a network that tunnels may reach one address of.
const seen = `
site: plant-7
console: {listen: "127.0.0.1:0"}
uplink: {tunnels: ["%s"]}
devices:
  - name: boiler
    driver: modbus
    endpoint: tcp://%s
    groups: [{name: climate, scan: 20ms, tags: [{name: temperature, address: "holding:0", scale: 0.1}]}]
`

// plant starts a node that has joined as plant-7, with a tunnel to one address.
func (c *cloud) plant(reach string) {
	c.t.Helper()
	c.plantBehind("", reach)
}

// plantBehind starts one that gets to the cloud through a proxy.
func (c *cloud) plantBehind(proxy, reach string) {
	c.t.Helper()
	c.settle(c.t.TempDir(), proxy, fmt.Sprintf(seen, reach, stage.Device(c.t)))
}

func TestTheHistoryOfASiteIsAskedThroughTheLink(t *testing.T) {
	c := start(t, 1)
	c.plant("192.0.2.1:1")
	var answer struct {
		Columns   []struct{ Name string }
		Rows      [][]json.RawMessage
		Truncated bool
	}
	ask := func(sql string) int {
		return c.ask(0, c.token, http.MethodGet, "/api/v1/sites/plant-7/query?rows=2&sql="+url.QueryEscape(sql), nil, &answer)
	}
	eventually(t, "three rows are kept", func() bool {
		return ask("SELECT temperature FROM boiler") == http.StatusOK && answer.Truncated
	})
	if len(answer.Rows) != 2 || len(answer.Columns) != 1 || string(answer.Rows[0][0]) != "21.5" {
		t.Errorf("the answer is %+v", answer)
	}
	if status := ask("SELECT nothing FROM boiler"); status < 400 {
		t.Errorf("a column that is none: status %d", status)
	}
	if status := ask("DELETE FROM boiler"); status < 400 {
		t.Errorf("a change: status %d", status)
	}
}

func TestASiteIsAskedInPromQLThroughTheLink(t *testing.T) {
	c := start(t, 2)
	c.plant("192.0.2.1:1")
	var answer struct {
		Data struct {
			Type   string `json:"resultType"`
			Result []struct {
				Metric map[string]string
				Value  [2]json.RawMessage
				Values [][2]json.RawMessage
			}
		}
	}
	ask := func(m int, parameters string) int {
		return c.ask(m, c.token, http.MethodGet, "/api/v1/sites/plant-7/promql?"+parameters, nil, &answer)
	}
	eventually(t, "the tag has a value", func() bool {
		return ask(0, "query=temperature") == http.StatusOK && len(answer.Data.Result) == 1
	})
	if r := answer.Data.Result[0]; answer.Data.Type != "vector" || string(r.Value[1]) != `"21.5"` || r.Metric["device"] != "boiler" {
		t.Errorf("the answer is %+v", answer)
	}
	now := time.Now().UTC()
	stretch := url.Values{
		"query": {"count_over_time(temperature[1m])"}, "start": {now.Format(time.RFC3339Nano)}, "end": {now.Add(time.Second).Format(time.RFC3339Nano)}, "step_ms": {"250"},
	}
	if status := ask(1, stretch.Encode()); status != http.StatusOK || answer.Data.Type != "matrix" || len(answer.Data.Result) != 1 || len(answer.Data.Result[0].Values) != 5 {
		t.Errorf("a stretch through any member: status %d, %+v", status, answer)
	}
	if status := ask(0, "query="+url.QueryEscape("rate(")); status < 400 {
		t.Errorf("what is no expression: status %d", status)
	}
	if status := c.ask(0, "nobody", http.MethodGet, "/api/v1/sites/plant-7/promql?query=up", nil, nil); status != http.StatusUnauthorized {
		t.Errorf("nobody: status %d", status)
	}
}

// echo answers each connection with what it says, in capitals, when it has said all.
func echo(t *testing.T) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				if said, err := io.ReadAll(conn); err == nil {
					_, _ = conn.Write(bytes.ToUpper(said))
				}
			})
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		serving.Wait()
	})
	return l.Addr().String()
}

// tunnel opens a tunnel through a member, as somebody with a token.
func (c *cloud) tunnel(m int, token, address string) (*client.Stream, error) {
	c.t.Helper()
	cloud, err := client.New(client.Options{URL: c.members[m].APIURL(), Token: token})
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(cloud.Close)
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	return cloud.Upgrade(ctx, "/api/v1/sites/plant-7/tunnel", url.Values{"address": {address}}, api.TunnelProtocol)
}

func TestATunnelCarriesOctetsBothWaysUntilBothHaveEnded(t *testing.T) {
	address := echo(t)
	c := start(t, 2)
	c.plant(address)
	said := strings.Repeat("a line to the plant. ", 100_000)
	shouted := strings.ToUpper(said)
	var open sync.WaitGroup
	for i := range 4 { // through the member that has the site, and through the other
		open.Go(func() {
			s, err := c.tunnel(i%2, c.token, address)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if _, err := io.Copy(s, strings.NewReader(said)); err != nil {
				t.Error(err)
			}
			if err := s.CloseWrite(); err != nil {
				t.Error(err)
			}
			heard, err := io.ReadAll(s)
			if err != nil || string(heard) != shouted {
				t.Errorf("%d octets came back of %d: %v", len(heard), len(said), err)
			}
		})
	}
	open.Wait()
	if !c.audited("open tunnel", "done", address) {
		t.Error("the tunnel is not in the audit log")
	}
	eventually(t, "its end is in the audit log", func() bool {
		return c.audited("close tunnel", "done", fmt.Sprintf("%d octets from the plant, %d to it", len(said), len(said)))
	})
}

func TestATunnelLeadsOnlyWhereTheSiteAllowsAndOnlyAnEngineer(t *testing.T) {
	address, other := echo(t), echo(t)
	c := start(t, 1)
	c.plant(address)
	var operator api.Token
	c.do(http.MethodPost, "/api/v1/tokens", api.NewToken{Name: "otto", Role: "operator"}, &operator)
	for _, wanted := range []struct{ token, address, reason string }{
		{c.token, other, "this site lets no tunnel to"},
		{operator.Token, address, "engineer"},
		{"hfa1.nobody", address, ""},
	} {
		s, err := c.tunnel(0, wanted.token, wanted.address)
		if err == nil {
			_ = s.Close()
			t.Errorf("%s was opened", wanted.address)
			continue
		}
		var problem *client.Problem
		if !errors.As(err, &problem) || !strings.Contains(err.Error(), wanted.reason) {
			t.Errorf("the reason is %v, want %q", err, wanted.reason)
		}
	}
	if !c.audited("open tunnel", "failed", "lets no tunnel") || !c.audited("open tunnel", "refused", "") {
		t.Error("the refusals are not in the audit log")
	}
}
