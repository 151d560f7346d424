package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/api"
	"github.com/holdfast-edge/holdfast/cluster/commands"
	"github.com/holdfast-edge/holdfast/internal/commandline"
)

// where chooses sites.
type where struct {
	Site     string `help:"One site." xor:"where" required:""`
	Selector string `short:"s" help:"Every site that a selector chooses, such as region=eu,name=plant-*." xor:"where" required:""`
}

// ordering is what commands to sites have in common.
type ordering struct {
	where

	ID     string        `name:"key" help:"Idempotency key: the same one runs once. Made up if not given."`
	Within time.Duration `default:"30s" help:"Not begun after this."`

	connection
}

type actorCommand struct {
	Target string `arg:"" help:"What: node, device/NAME, link/DEVICE (its connection), subscription/NAME, rule/NAME, sink/NAME, table/NAME, or the path of an actor."`

	ordering
}

type (
	restartCommand struct{ actorCommand }
	stopCommand    struct{ actorCommand }
	startCommand   struct{ actorCommand }
)

// Run is called by the command line.
func (c *restartCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "restart", c.Target, nil)
}

// Run is called by the command line.
func (c *stopCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "stop", c.Target, nil)
}

// Run is called by the command line.
func (c *startCommand) Run(ctx context.Context, s *surroundings) error {
	return c.order(ctx, s, "start", c.Target, nil)
}

type writeCommand struct {
	Tag   string `arg:"" help:"DEVICE.TAG"`
	Value string `arg:"" help:"The value, as JSON."`

	ordering
}

// Run is called by the command line.
func (c *writeCommand) Run(ctx context.Context, s *surroundings) error {
	if !json.Valid([]byte(c.Value)) {
		return commandline.WithCode(exitUsage, fmt.Errorf("the value %q is no JSON", c.Value))
	}
	return c.order(ctx, s, "write", c.Tag, json.RawMessage(`{"value":`+c.Value+`}`))
}

// order gives a command, and prints what came of it.
func (o *ordering) order(ctx context.Context, s *surroundings, kind, target string, arguments json.RawMessage) error {
	cloud, err := o.open()
	if err != nil {
		return err
	}
	defer cloud.Close()
	n := api.NewCommand{Key: o.ID, Kind: kind, Target: target, Arguments: arguments, Within: max(1, int(o.Within.Seconds())), Wait: 50}
	var list []commands.Command
	if o.Site != "" {
		list = make([]commands.Command, 1)
		err = cloud.Send(ctx, http.MethodPost, "/api/v1/sites/"+url.PathEscape(o.Site)+"/commands", n, &list[0])
	} else {
		err = cloud.Send(ctx, http.MethodPost, "/api/v1/commands", struct {
			api.NewCommand

			Selector string `json:"selector"`
		}{n, o.Selector}, &list)
	}
	if err != nil {
		return err
	}
	return o.print(s, list)
}

func (o *ordering) print(s *surroundings, list []commands.Command) error {
	if o.JSON {
		if err := printJSON(s.out, list); err != nil {
			return err
		}
		return verdict(list)
	}
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{c.Site, c.Kind, c.Target, string(c.State), c.Key, c.Detail})
	}
	if err := table(s.out, "SITE COMMAND TARGET STATE KEY DETAIL", rows); err != nil {
		return err
	}
	return verdict(list)
}

// verdict is the exit code of the worst outcome.
func verdict(list []commands.Command) error {
	var worst error
	for _, c := range list {
		switch c.State {
		case commands.Done:
		case commands.Refused, commands.Failed:
			if worst == nil {
				worst = commandline.WithCode(exitRefused, errors.New("not every site has done it"))
			}
		default:
			worst = commandline.WithCode(exitUnknown, errors.New("of some sites it is not known whether they have done it"))
		}
	}
	return worst
}
