package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
	"github.com/holdfast-edge/holdfast/internal/migrate"
)

// browseCommand asks a device what it has.
type browseCommand struct {
	Device string `arg:"" help:"The device, as get devices shows it."`
	Node   string `arg:"" optional:"" help:"The address of a folder, as a browse of what is above it shows it; the root unless given."`

	JSON  bool `name:"json" xor:"form" help:"Print what the node answers, as JSON."`
	YAML  bool `name:"yaml" xor:"form" help:"Print tags to paste into a group of the device in a configuration."`
	Limit int  `default:"1000" help:"At most so many items; the others are counted."`

	connection
}

// Help is the long form of the help.
func (*browseCommand) Help() string {
	return "The device is asked now, beside its scans and writes, for 20 seconds at most, and by one at a time for each endpoint. " +
		"Its driver must be able to: opcua, iec104, enip, bacnet, iec61850 and s7 are. A folder has others below it: browse its address. The names in YAML are " +
		"made of what the device tells, and none is that of a tag that the device has in the running configuration."
}

// Run is called by the command line.
func (c *browseCommand) Run(ctx context.Context, s *surroundings) error {
	node, err := c.open()
	if err != nil {
		return err
	}
	defer node.Close()
	device := "/api/v1/devices/" + url.PathEscape(c.Device)
	found, err := c.ask(ctx, node, device)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	switch {
	case c.JSON:
		err = printJSON(s.out, found)
	case c.YAML:
		err = c.printTags(ctx, node, device, s.out, found.Items)
	default:
		err = printTable(s.out, itemColumns(), found.Items)
	}
	if err == nil && found.Total > len(found.Items) {
		_, err = fmt.Fprintf(s.errs, "%d of %d items: --limit asks for more\n", len(found.Items), found.Total)
	}
	return err
}

// itemsPerPage is how many items a node tells at once.
const itemsPerPage = 20_000

// ask asks for the items, in as many pages as they need. For each of them the device is browsed once more.
func (c *browseCommand) ask(ctx context.Context, node *client.Client, device string) (found console.Contents, err error) {
	for {
		told := len(found.Items)
		query := url.Values{"node": {c.Node}, "skip": {strconv.Itoa(told)}, "limit": {strconv.Itoa(min(c.Limit-told, itemsPerPage))}}
		var page console.Contents
		if err := node.Get(ctx, device+"/browse", query, &page); err != nil {
			return found, err
		}
		page.Items = append(found.Items, page.Items...)
		if found = page; len(found.Items) == told || len(found.Items) >= min(c.Limit, found.Total) {
			return found, nil
		}
	}
}

// printTags prints the items that are no folders as tags, whose names the device has not given away yet.
func (c *browseCommand) printTags(ctx context.Context, node *client.Client, path string, out io.Writer, items []console.Item) error {
	var device console.Device
	if err := node.Get(ctx, path, nil, &device); err != nil {
		return unlessStopped(ctx, err)
	}
	names := &migrate.Names{}
	for _, g := range device.Groups {
		for _, t := range g.Tags {
			names.Take(t.Name)
		}
	}
	_, err := out.Write(tagsOf(items, names))
	return err
}

// tagsOf returns a list of tags in YAML, each on a line.
func tagsOf(items []console.Item, names *migrate.Names) []byte {
	tags := migrate.List()
	for i := range items {
		if item := &items[i]; !item.Folder && item.Address != "" {
			tag := migrate.Map(nil).Text("name", names.Give(item.Name)).Text("address", item.Address).Text("type", item.Type).Text("unit", item.Unit)
			if item.Writable {
				tag.Text("access", "rw")
			}
			tag.Flow = true
			tags.Add(tag)
		}
	}
	return tags.AppendYAML(nil)
}

func itemColumns() []column[console.Item] {
	return []column[console.Item]{
		{"NAME", func(i *console.Item) string { return i.Name }},
		{"ADDRESS", func(i *console.Item) string { return i.Address }},
		{"TYPE", func(i *console.Item) string {
			if i.Folder {
				return "folder"
			}
			return i.Type
		}},
		{"VALUE", func(i *console.Item) string { return strings.TrimSpace(string(i.Value) + " " + i.Unit) }},
		{"WRITABLE", func(i *console.Item) string {
			if i.Writable {
				return "yes"
			}
			return ""
		}},
	}
}
