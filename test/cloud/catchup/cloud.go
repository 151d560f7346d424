package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/cluster/kv"
	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/cluster/member"
	"github.com/holdfast-edge/holdfast/cluster/telemetry"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/test/plant"
)

// cloud is one member, and somebody who commands.
type cloud struct {
	member *member.Member
	person *client.Client
}

// openCloud starts a member over a store, with the account as its sink.
func openCloud(ctx context.Context, dir string, store kv.Store, far *account) (*cloud, error) {
	m, err := member.Start(ctx, member.Options{
		Name: "m1", Store: store, Dir: dir, Link: "127.0.0.1:0", API: "127.0.0.1:0", Logger: slog.New(slog.DiscardHandler),
		Sinks: []telemetry.Sink{{Kind: far, Config: &config.Sink{Name: "account"}}},
	})
	if err != nil {
		return nil, err
	}
	c := &cloud{member: m}
	file := filepath.Join(dir, "token")
	err = m.FirstToken(ctx, file)
	var token []byte
	if err == nil {
		token, err = os.ReadFile(file)
	}
	if err == nil {
		c.person, err = client.New(client.Options{URL: m.APIURL(), Token: strings.TrimSpace(string(token))})
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// join adds the site and has the node join.
func (c *cloud) join(ctx context.Context, n *node) error {
	var token api.JoinToken
	if err := c.person.Send(ctx, http.MethodPost, "/api/v1/sites", api.NewSite{Name: plant.Site}, &token); err != nil {
		return err
	}
	credentials, err := enrol.Join(ctx, c.member.LinkAddress(), token.Token, "catchup", nil)
	if err != nil {
		return err
	}
	return credentials.Save(n.env().Dir)
}

// between is the pause between two commands.
const between = 10 * time.Millisecond

// command commands the site again and again until ctx is done, at least times times, and returns how long each took.
func (c *cloud) command(ctx context.Context, times int) (took []time.Duration, err error) {
	for ctx.Err() == nil || len(took) < times {
		var answer commands.Command
		begin := time.Now()
		err := c.person.Send(context.WithoutCancel(ctx), http.MethodPost, "/api/v1/sites/"+plant.Site+"/commands", api.NewCommand{
			Kind: "restart", Target: "rule/any", Within: 60, Wait: 50,
		}, &answer)
		if err == nil && answer.State != commands.Done {
			err = fmt.Errorf("a command is %s: %s", answer.State, answer.Detail)
		}
		if err != nil {
			return took, err
		}
		took = append(took, time.Since(begin))
		select {
		case <-ctx.Done():
		case <-time.After(between):
		}
	}
	return took, nil
}

// quantile is of durations; 0 of none.
func quantile(all []time.Duration, q float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func (c *cloud) close() error {
	closing, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if c.person != nil {
		c.person.Close()
	}
	return c.member.Close(closing)
}
