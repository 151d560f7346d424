// Package neuron reads what EMQX Neuron and NeuronEX export: the nodes of drivers with their groups and tags
// ({"nodes": […]}), the whole configuration ({"nodes": […], "groups": […], "tags": […], "settings": […]}), and the sheet of
// the tags of one node (.xlsx). Modbus over TCP, RTU over TCP and RTU on a serial line become devices, one for each unit
// of a node; everything else is reported. It connects to nothing.
package neuron
