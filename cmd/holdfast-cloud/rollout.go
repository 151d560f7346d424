package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/rollout"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// rolloutCommand is what concerns rollouts.
type rolloutCommand struct {
	Start  rolloutStartCommand  `cmd:"" help:"Bring a configuration to many sites: a canary, then waves; it stops by itself."`
	List   rolloutListCommand   `cmd:"" help:"List rollouts."`
	Show   rolloutShowCommand   `cmd:"" help:"Show a rollout, site by site."`
	Pause  rolloutPauseCommand  `cmd:"" help:"Tell no further site."`
	Resume rolloutResumeCommand `cmd:"" help:"Go on with a rollout that was paused."`
	Abort  rolloutAbortCommand  `cmd:"" help:"End a rollout; sites that have it keep it."`
}

// pace is to which sites something is rolled out, and how fast.
type pace struct {
	Selector    string        `short:"s" required:"" help:"The sites, by name and labels."`
	Canary      int           `default:"1" help:"How many sites have to confirm it before any other is told."`
	Wave        int           `default:"10" help:"How many sites are told at once afterwards."`
	MaxFailures int           `default:"0" help:"It stops when more sites than this have failed."`
	Within      time.Duration `default:"15m" help:"A site that has said nothing for so long has failed."`
	Wait        bool          `short:"w" help:"Wait for the end, and say how it went."`
}

// rollout is one at that pace.
func (p *pace) rollout() api.NewRollout {
	return api.NewRollout{Selector: p.Selector, Canary: p.Canary, Wave: p.Wave, MaxFailures: p.MaxFailures, Within: int(p.Within.Seconds())}
}

type rolloutStartCommand struct {
	source
	pace

	connection
}

// Run is called by the command line.
func (c *rolloutStartCommand) Run(ctx context.Context, s *surroundings) error {
	files, cloud, err := c.source.begin(&c.connection)
	if err != nil {
		return err
	}
	defer cloud.Close()
	n := c.rollout()
	n.Files, n.Templates = files, c.Templates
	return c.pace.begin(ctx, s, &c.connection, cloud, n)
}

// begin begins a rollout, and waits for its end where that is wanted.
func (p *pace) begin(ctx context.Context, s *surroundings, c *connection, cloud *client.Client, n api.NewRollout) error {
	var r rollout.Rollout
	err := cloud.Send(ctx, http.MethodPost, "/api/v1/rollouts", n, &r)
	for err == nil && p.Wait && !r.State.Ended() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second / 2):
		}
		err = cloud.Get(ctx, "/api/v1/rollouts/"+url.PathEscape(r.ID), nil, &r)
	}
	if err != nil {
		return err
	}
	if err := c.print(s, r); err != nil {
		return err
	}
	if r.State == rollout.Stopped || r.State == rollout.Aborted {
		return commandline.WithCode(exitRefused, fmt.Errorf("the rollout was %s: %s", r.State, r.Reason))
	}
	return nil
}

// print shows a rollout, and the sites that have said something.
func (c *connection) print(s *surroundings, r rollout.Rollout) error {
	if c.JSON {
		return printJSON(s.out, r)
	}
	state := string(r.State)
	if r.Reason != "" {
		state += ", " + r.Reason
	}
	_, err := fmt.Fprintf(s.out, "%s: %s (%d confirmed, %d failed, %d under way, %d waiting)\n", r.ID, state,
		r.Count(rollout.Confirmed), r.Count(rollout.Failed), r.Count(rollout.Begun), r.Count(rollout.Waiting))
	if err != nil {
		return err
	}
	var rows [][]string
	for _, site := range r.Sites {
		if site.State != rollout.Waiting {
			rows = append(rows, []string{site.Name, string(site.State), what(site), site.Reason})
		}
	}
	return table(s.out, "SITE STATE GENERATION REASON", rows)
}

// what is what a site was told.
func what(site rollout.Place) string {
	if site.Command != "" {
		return "upgrade"
	}
	return fmt.Sprint(site.Generation)
}

type rolloutListCommand struct{ connection }

// Run is called by the command line.
func (c *rolloutListCommand) Run(ctx context.Context, s *surroundings) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var list []rollout.Rollout
	if err := cloud.Get(ctx, "/api/v1/rollouts", nil, &list); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(s.out, list)
	}
	var rows [][]string
	for _, r := range list {
		rows = append(rows, []string{
			r.ID, string(r.State), r.Selector, fmt.Sprintf("%d/%d", r.Count(rollout.Confirmed), len(r.Sites)), fmt.Sprint(r.Count(rollout.Failed)), r.By, r.Reason,
		})
	}
	return table(s.out, "ID STATE SELECTOR CONFIRMED FAILED BY REASON", rows)
}

// one is a command to one rollout.
type one struct {
	ID string `arg:"" help:"As rollout list shows it."`

	connection
}

type (
	rolloutShowCommand   struct{ one }
	rolloutPauseCommand  struct{ one }
	rolloutResumeCommand struct{ one }
	rolloutAbortCommand  struct{ one }
)

// Run is called by the command line.
func (c *rolloutShowCommand) Run(ctx context.Context, s *surroundings) error {
	return c.with(s, func(cloud *client.Client, r *rollout.Rollout) error {
		return cloud.Get(ctx, "/api/v1/rollouts/"+url.PathEscape(c.ID), nil, r)
	})
}

// Run is called by the command line.
func (c *rolloutPauseCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "pause")
}

// Run is called by the command line.
func (c *rolloutResumeCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "resume")
}

// Run is called by the command line.
func (c *rolloutAbortCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "abort")
}

func (c *one) order(ctx context.Context, s *surroundings, verb string) error {
	return c.with(s, func(cloud *client.Client, r *rollout.Rollout) error {
		return cloud.Send(ctx, http.MethodPost, "/api/v1/rollouts/"+url.PathEscape(c.ID)+"/"+verb, struct{}{}, r)
	})
}

func (c *one) with(s *surroundings, ask func(*client.Client, *rollout.Rollout) error) error {
	cloud, err := c.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	var r rollout.Rollout
	if err := ask(cloud, &r); err != nil {
		return err
	}
	return c.print(s, r)
}
