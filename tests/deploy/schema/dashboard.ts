// What a dashboard file must be, in the words of Grafana's own package. JSON has no enums: where the package has one, its values count.
import type { AnnotationQuery, Dashboard, DataQuery, RowPanel, Panel } from '@grafana/schema';
import type { Options as BarOptions } from '@grafana/schema/dist/esm/raw/composable/barchart/panelcfg/x/BarChartPanelCfg_types.gen';
import type { Options as StatOptions } from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type { FieldConfig as StateField, Options as StateOptions } from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen';
import type { Options as TableOptions } from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type { Options as TextOptions } from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';
import type { FieldConfig as LinesField, Options as LinesOptions } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

type Json<T> = T extends string ? `${T}` : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

interface Influx extends DataQuery {
  query?: string;
  rawQuery?: boolean;
  resultFormat?: 'time_series' | 'table';
  alias?: string;
  rawSql?: string;
  format?: 'time_series' | 'table';
  editorMode?: 'code';
}
interface Mark extends Influx {
  fromAnnotations: true;
  textEditor: true;
  textColumn: string;
  tagsColumn: string;
}
type Shown<Type extends string, Options, Field = object> = Omit<Panel, 'type' | 'options' | 'targets' | 'fieldConfig'> & {
  type: Type;
  options: Partial<Options>;
  targets?: Influx[];
  fieldConfig?: Omit<NonNullable<Panel['fieldConfig']>, 'defaults'> & {
    defaults: Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'> & { custom?: Partial<Field> };
  };
};
type Any =
  | Shown<'stat', StatOptions>
  | Shown<'timeseries', LinesOptions, LinesField>
  | Shown<'barchart', BarOptions>
  | Shown<'state-timeline', StateOptions, StateField>
  | Shown<'table', TableOptions>
  | Shown<'text', TextOptions>;

export type File = Json<
  Omit<Dashboard, 'panels' | 'annotations'> & {
    panels: Array<Any | (Omit<RowPanel, 'panels'> & { panels: Any[] })>;
    annotations?: { list: Array<Omit<AnnotationQuery, 'target'> & { target: Mark }> };
  }
>;
