{{/*
The number of pods, or nothing. With an autoscaler it is the present number for as long as Helm sets it, because a Deployment from
which an upgrade removes the number goes down to one, and minReplicas if there are none, because an autoscaler does not start at zero.
Without the cluster the number is unknown, and a fixed one would override the autoscaler at every `kubectl apply`.
(list $ component component-values)
*/}}
{{- define "mcp-gateway.replicas" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- if $values.autoscaling.enabled -}}
{{- $live := lookup "apps/v1" "Deployment" $root.Release.Namespace (printf "%s-%s" (include "mcp-gateway.fullname" $root) (index . 1)) -}}
{{- if and $live (include "mcp-gateway.replicasAreHelms" $live) -}}
{{- default $values.autoscaling.minReplicas ($live.spec.replicas | int64) -}}
{{- end -}}
{{- else -}}
{{- $values.replicas -}}
{{- end -}}
{{- end -}}

{{/*
Whether Helm must go on setting the number of a Deployment. Helm 3 merges by itself, so always. With the server-side apply of Helm 4,
as long as nothing else has set the number: after that the number stays when the chart leaves it out, and a revision with a number
could not be rolled back to without a conflict.
*/}}
{{- define "mcp-gateway.replicasAreHelms" -}}
{{- $applied := false -}}
{{- $owners := list -}}
{{- range .metadata.managedFields -}}
{{- $fields := dig "fieldsV1" "f:spec" dict . -}}
{{- $helms := and (eq .operation "Apply") (hasKey $fields "f:template") -}}
{{- $applied = or $applied $helms -}}
{{- if hasKey $fields "f:replicas" -}}
{{- $owners = append $owners $helms -}}
{{- end -}}
{{- end -}}
{{- if or (not $applied) (and (has true $owners) (not (has false $owners))) -}}
true
{{- end -}}
{{- end -}}
