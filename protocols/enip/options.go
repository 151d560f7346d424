package enip

import (
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/enip/cip"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	Path           string        `yaml:"path" doc:"The way from the address to the controller, as pairs of port and slot: 1,0 is slot 0 of the chassis; 1,3,2,192.0.2.9,1,0 goes on through the network module in slot 3. none where the controller itself has the address and no chassis, as a Micro800. Without it the device is asked what it is: none for a Micro800, 1,0 for others." example:"1,0"`
	ConnectTimeout time.Duration `yaml:"connect_timeout" default:"5s" min:"10ms" max:"5m" doc:"How long opening the connection may take, and each step of it."`
	ConnectionSize int           `yaml:"connection_size" default:"4002" min:"0" max:"65535" advanced:"true" unit:"octets" doc:"The size of the CIP connection to ask for (Large Forward Open above 511); where the controller does not take it, a smaller one is asked for, down to 504. 0 opens none: requests go unconnected, which is slower."`
}

// Check refuses a path that is none.
func (o *EndpointOptions) Check(report config.Report) {
	if _, _, err := o.route(); err != nil {
		report("path", &config.Problem{What: err.Error(), Fix: "write path=1,0 for slot 0 of the chassis, or path=none"})
	}
}

// route returns the way to the controller; known is false where the device is to be asked.
func (o *EndpointOptions) route() (r cip.Route, known bool, err error) {
	switch text := strings.TrimSpace(o.Path); text {
	case "":
		return r, false, nil
	case "none":
		return r, true, nil
	default:
		r, err = cip.ParseRoute(text)
		return r, true, err
	}
}

// DeviceOptions are the keys of a device.
type DeviceOptions struct {
	Timeout time.Duration `yaml:"timeout" default:"2s" min:"1ms" max:"1m" doc:"The longest wait for a reply."`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address Address        `yaml:"address" required:"true" doc:"The tag as the controller's programs name it: TAG, TAG.MEMBER, TAG[3], TAG[1,2], TAG.5 for a bit of a number, Program:NAME.TAG for a program's." example:"Motor.Speed"`
	Type    string         `yaml:"type" enum:"bool,sint,int,dint,lint,usint,uint,udint,ulint,real,lreal,byte,word,dword,lword,string" doc:"The type; the controller's where it is not given. A value of another type is Bad. Wanted for a text of a type of the user's own." example:"real"`
	Count   int            `yaml:"count" min:"1" max:"10000" doc:"How many elements, from the address on, make an array." example:"10"`
	Scaling *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

var _ config.TagChecker = (*DeviceOptions)(nil)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "enip",
		Doc: "Rockwell Logix controllers over EtherNet/IP (tcp://host:44818): ControlLogix, CompactLogix, Micro800. Tags are read and " +
			"written by their names, with explicit messages. An endpoint is one controller; where several stand behind one network module, " +
			"a name behind the host, as tcp://host/second?path=1,2, keeps their endpoints apart.",
		Schemes: []string{"tcp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
