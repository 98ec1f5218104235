"""Engines as Ray Serve deployments, and the dispatcher that reaches them. The only part of the studio that imports ray.

posts          which deployment plays which engines, from their declared needs alone (no ray)
sheets         what crosses Ray: call sheets and answers, as JSON text (no ray)
replica        the actor that keeps engines loaded and runs batches of calls that may share one
applications   the builder that Serve and its configuration file name: ``filmstudio.serve.applications:engines``
config         the configuration file, written and checked
deployed       applications put on Serve and taken off it
cluster        a Ray for one machine, or one that runs already; quiet, with deadlines
folders        the folder of a Ray of one's own
dispatcher     core's Dispatcher through Serve handles
front          the API on Serve's ingress before the engines, on a Ray of one's own
company        a cluster, its engines and a dispatcher, for as long as a render needs them
"""
