{{/*
How many pods, or nothing. With an autoscaler as many as there are for as long as the number is Helm's: one that an upgrade leaves out
becomes one. An autoscaler begins where there are pods only. Without the cluster nothing is known, and a number would be put back at
every `kubectl apply`.
*/}}
{{- define "mcp-gateway.dataPlaneReplicas" -}}
{{- if .Values.dataPlane.autoscaling.enabled -}}
{{- $live := lookup "apps/v1" "Deployment" .Release.Namespace (printf "%s-data-plane" (include "mcp-gateway.fullname" .)) -}}
{{- if and $live (include "mcp-gateway.replicasAreHelms" $live) -}}
{{- default .Values.dataPlane.autoscaling.minReplicas ($live.spec.replicas | int64) -}}
{{- end -}}
{{- else -}}
{{- .Values.dataPlane.replicas -}}
{{- end -}}
{{- end -}}

{{/*
Whether Helm has to go on setting the number of a Deployment. Where it merges by itself (Helm 3), always. With server-side apply
(Helm 4), while nobody else has set it: after that it stays when it is left out, and a revision with a number could not be rolled
back to without a conflict.
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
