package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/link/enrol"
	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/internal/commandline"
	"github.com/holdfast-edge/holdfast/internal/node"
)

// joinWithin is how long the cloud may take to answer.
const joinWithin = 30 * time.Second

// edgeJoinCommand makes the node one of a cloud's sites.
type edgeJoinCommand struct {
	Cloud string `required:"" help:"Where a member of the cloud takes sites." placeholder:"HOST:PORT"`
	Token string `required:"" env:"HOLDFAST_JOIN_TOKEN" help:"The token that holdfast-cloud site add has printed. It works once." placeholder:"hf1.…"`
	Proxy string `env:"HOLDFAST_CLOUD_PROXY" help:"An HTTP proxy that this node has to go through, always, to reach the cloud. It is kept with the node's credentials." placeholder:"http://[USER:PASSWORD@]HOST:PORT"`
	Data  string `required:"" help:"The directory of all that the node keeps." placeholder:"DIR"`
	Again bool   `help:"Join although this node has joined a cloud already; what it has of that one is replaced."`
}

// errJoined says that a node has a cloud.
var errJoined = errors.New("this node has joined a cloud already: say --again to replace that")

// Run is called by the command line.
func (c *edgeJoinCommand) Run(ctx context.Context, s *surroundings) error {
	dir := node.UplinkDir(c.Data)
	if _, err := enrol.Load(dir); !c.Again && !errors.Is(err, enrol.ErrNotJoined) {
		return errors.Join(errJoined, err)
	}
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	through, err := enrol.Credentials{Proxy: c.Proxy}.Through(nil)
	if err != nil {
		return commandline.WithCode(exitConfig, err)
	}
	credentials, err := enrol.Join(ctx, c.Cloud, c.Token, version, through)
	if err != nil {
		return err
	}
	credentials.Proxy = c.Proxy
	if err := credentials.Save(dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "This node is site %s now. Start it with holdfast edge, or restart it, for it to connect.\n", credentials.Site)
	return err
}

// joined is the empty site of a node that has joined a cloud and was never told what to run: the cloud will say. Nil where
// it has not joined.
func joined(parts *node.Components, data string) *config.Site {
	credentials, err := enrol.Load(node.UplinkDir(data))
	if err != nil {
		return nil
	}
	site, err := parts.Parse([]config.Source{{Name: "joined", Data: []byte("site: " + credentials.Site + "\n")}})
	if err != nil {
		return nil
	}
	return site
}
