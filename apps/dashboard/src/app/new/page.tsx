import type { Metadata } from 'next';
import { mayEdit, VIEW_ONLY } from '../../account/viewer.ts';
import { Notice } from '../../components/notice.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { ServiceFault } from '../../components/service-fault.tsx';
import { formFromExperiment, formFromPreset } from '../../form/comparison-form.ts';
import { NewComparison } from '../../form/new-comparison.tsx';
import { ExperimentDocument, NewComparisonDocument } from '../../graphql/generated/graphql.ts';
import { ask, askViewer } from '../../graphql/server-client.ts';

export const metadata: Metadata = { title: 'New comparison' };

interface Props {
  /** `from`: the comparison to start from; without it the first preset. */
  readonly searchParams: Promise<{ readonly from?: string | string[] }>;
}

export default async function Page({ searchParams }: Props) {
  const { from } = await searchParams;
  const viewer = await askViewer();
  if (viewer !== null && !mayEdit(viewer)) {
    return (
      <Notice
        icon="info"
        title="You may not start comparisons"
        actions={
          <PageLink href="/" className="button">
            All comparisons
          </PageLink>
        }
      >
        <p>{VIEW_ONLY}</p>
      </Notice>
    );
  }
  const [answer, source] = await Promise.all([
    ask(NewComparisonDocument, {}),
    typeof from === 'string' ? ask(ExperimentDocument, { id: from }) : null,
  ]);
  if (!answer.ok) return <ServiceFault fault={answer.fault} message={answer.message} />;
  if (source && !source.ok) return <ServiceFault fault={source.fault} message={source.message} />;
  const { presets, optimizers } = answer.data;
  const preset = presets[0];
  const experiment = source?.data.experiment;
  if (!preset) {
    return (
      <Notice
        icon="info"
        title="There is no preset"
        actions={
          <PageLink href="/" className="button">
            All comparisons
          </PageLink>
        }
      >
        <p>The service offers nothing to start a comparison from. Its version may not fit this page’s.</p>
      </Notice>
    );
  }
  return (
    <NewComparison
      initial={experiment ? formFromExperiment(experiment, optimizers) : formFromPreset(preset, optimizers)}
      source={experiment ? { id: experiment.id, name: experiment.name } : null}
      presets={presets}
      optimizers={optimizers}
    />
  );
}
