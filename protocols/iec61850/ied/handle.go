package ied

import (
	"bytes"
	"slices"

	"github.com/holdfast-edge/holdfast/protocols/conformance/faulty"
	"github.com/holdfast-edge/holdfast/protocols/iec61850/mms"
)

// handle answers a request.
func (c *client) handle(p mms.PDU) {
	if p.Form != mms.ConfirmedRequest {
		return
	}
	c.ied.mutex.Lock()
	service, refused := c.answer(p)
	pdu := mms.Response(p.Invoke, service)
	if refused == nil && len(pdu) > c.agreed.MaxPDU {
		refused = &mms.ServiceError{Class: mms.ClassResource, Code: 0}
	}
	if refused != nil {
		pdu = mms.Refuse(p.Invoke, refused)
	}
	c.out = slices.Concat(c.before, [][]byte{pdu}, c.after, c.out)
	c.before, c.after = nil, nil
	out := c.take()
	c.sending.Lock()
	c.ied.mutex.Unlock()
	c.sendAll(out)
	c.sending.Unlock()
	c.ied.mutex.Lock()
	defer c.ied.mutex.Unlock()
	c.ied.flush()
}

func absent() *mms.ServiceError { return &mms.ServiceError{Class: mms.ClassAccess, Code: 2} }

func denied() *mms.ServiceError { return &mms.ServiceError{Class: mms.ClassAccess, Code: 3} }

// answer returns what a service says, or why it is refused.
func (c *client) answer(p mms.PDU) ([]byte, *mms.ServiceError) {
	d := c.ied
	service := mms.ServiceOf(p)
	d.requests[service]++
	if d.Fault() == faulty.Refusing && service != mms.Write {
		return nil, denied()
	}
	switch service {
	case mms.Identify:
		return mms.IdentifyResponse(mms.Identity{Vendor: "Holdfast", Model: "IED of tests", Revision: "1"}), nil
	case mms.GetNames:
		return c.listNames(p.Body)
	case mms.GetType:
		name, err := mms.ParseTypeRequest(p.Body)
		if n := d.at(name); err == nil && n != nil {
			t := n.typeOf()
			return mms.TypeResponse(&t), nil
		}
	case mms.GetList:
		name, err := mms.ParseListRequest(p.Body)
		if members := d.lists[name]; err == nil && members != nil {
			return mms.ListResponse(members), nil
		}
	case mms.Read:
		return c.read(p.Body)
	case mms.Write:
		return c.write(p.Body)
	}
	return nil, absent()
}

// listNames answers which names there are, so many at a time.
func (c *client) listNames(body []byte) ([]byte, *mms.ServiceError) {
	d := c.ied
	class, domain, after, err := mms.ParseNamesRequest(body)
	if err != nil {
		return nil, absent()
	}
	var names []string
	device := d.root.child(domain)
	switch {
	case class == mms.Domains && domain == "":
		for _, n := range d.root.inner {
			names = append(names, n.name)
		}
	case class == mms.Lists:
		for n := range d.lists {
			if n.Domain == domain {
				names = append(names, n.Item)
			}
		}
		slices.Sort(names)
	case device == nil:
		return nil, absent()
	default:
		names = device.names(nil, "")
	}
	if after != "" {
		names = names[slices.Index(names, after)+1:]
	}
	size, n := 0, 0
	for ; n < len(names) && (d.options.Names == 0 || n < d.options.Names); n++ {
		if size += len(names[n]) + 4; size > c.agreed.MaxPDU-64 {
			break
		}
	}
	return mms.NamesResponse(names[:n], n < len(names)), nil
}

// read answers a read; one of SBO selects.
func (c *client) read(body []byte) ([]byte, *mms.ServiceError) {
	names, list, err := mms.ParseReadRequest(body)
	if err != nil {
		return nil, absent()
	}
	if list.Item != "" {
		names = c.ied.lists[list]
	}
	values := make([]mms.Data, len(names))
	for i, name := range names {
		if n := c.ied.at(name); n == nil {
			values[i] = mms.FailureOf(mms.NonExistent)
		} else if chosen, is := c.selectByReading(name); is {
			values[i] = chosen
		} else {
			values[i] = n.read()
		}
	}
	return mms.ReadResponse(values...), nil
}

// write answers a write.
func (c *client) write(body []byte) ([]byte, *mms.ServiceError) {
	names, values, err := mms.ParseWriteRequest(bytes.Clone(body)) // whose memory is kept
	if err != nil {
		return nil, absent()
	}
	results := make([]*mms.AccessError, len(names))
	for i, name := range names {
		results[i] = c.writeOne(name, values[i])
	}
	return mms.WriteResponse(results...), nil
}

func (c *client) writeOne(name mms.Name, v mms.Data) *mms.AccessError {
	d := c.ied
	n := d.at(name)
	refuse := func(e mms.AccessError) *mms.AccessError { return &e }
	if n == nil {
		return refuse(mms.NonExistent)
	}
	if x, what := d.rcbOf(name); x != nil {
		return c.configure(x, name, what, v)
	}
	if x, what := d.controlOf(name); x != nil {
		return c.operate(x, name, what, v)
	}
	switch {
	case d.Fault() == faulty.Refusing:
		return refuse(mms.AccessDenied)
	case len(n.inner) > 0 || n.typ.Kind != v.Kind:
		return refuse(mms.TypeInconsistent)
	}
	d.set(name, v)
	d.changed(name)
	return nil
}
